package io.github.tern4j.nn.tokenizer;

import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

/** Finds the parts of a {@link TokenizerImage} one after the other. */
final class ImageReader {

  /** The image. */
  final byte[] bytes;

  private final ByteBuffer ints;
  private int position;

  ImageReader(byte[] image) {
    this.bytes = image;
    this.ints = ByteBuffer.wrap(image);
  }

  /** Where the next part begins. */
  int position() {
    return position;
  }

  /** Reads a number. */
  int next() {
    int number = ints.getInt(position);
    position += Integer.BYTES;
    return number;
  }

  /** Reads how many bytes there are, skips these, and returns where they begin. */
  int skipBytes() {
    int count = next();
    int begin = position;
    position += count;
    return begin;
  }

  /** The next {@code count} numbers, by their index. */
  IntUnaryOperator ints(int count) {
    int begin = position;
    position += count * Integer.BYTES;
    return i -> ints.getInt(begin + i * Integer.BYTES);
  }
}
