package io.github.tern4j.tensor.scalar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Products of blocks of weight rows with the activations of a token; for one thread. Rows are copied into an array together,
 * and what the JIT compiles first goes over one of them.
 */
interface BlockProduct {

  /** An int of a row. */
  ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Most rows of a block. */
  int ROWS = 16;

  /** The products of {@code rows} rows from {@code first} on, to {@code out[outAt]} and behind. */
  void multiply(int first, int rows, float[] out, int outAt);

  /**
   * Reads neighbouring rows as little-endian ints.
   *
   * @param rowBytes bytes of a row
   * @param ints where they go; each row has {@code stride} of them, and those behind its end keep zeros
   */
  static void read(MemorySegment memory, long at, int rowBytes, int rows, int[] ints, int stride) {
    if (rowBytes == stride * Integer.BYTES) {
      MemorySegment.copy(memory, INT, at, ints, 0, rows * stride);
      return;
    }
    int whole = rowBytes / Integer.BYTES;
    for (int row = 0; row < rows; row++) {
      long rowAt = at + (long) row * rowBytes;
      MemorySegment.copy(memory, INT, rowAt, ints, row * stride, whole);
      int last = 0;
      for (int i = whole * Integer.BYTES; i < rowBytes; i++) {
        last |= Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, rowAt + i)) << i % Integer.BYTES * Byte.SIZE;
      }
      if (whole < stride) {
        ints[row * stride + whole] = last;
      }
    }
  }
}
