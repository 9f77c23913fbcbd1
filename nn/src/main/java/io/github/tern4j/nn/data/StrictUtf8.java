package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Decodes UTF-8 and says where it is not UTF-8, instead of putting U+FFFD there as {@code new String(bytes, UTF_8)} does. */
public final class StrictUtf8 {
  private StrictUtf8() {}

  /**
   * The text of a whole file.
   *
   * @throws BadInputException if the file cannot be read or is not UTF-8
   */
  public static String read(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return decode(bytes, 0, bytes.length, file, 0);
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file; expected a text file", e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /**
   * The text of a range of bytes, whose first byte stands at {@code byteOffset} of {@code file} (of its content, if it is
   * compressed).
   *
   * @throws BadInputException if the bytes are not UTF-8; it names the file and the offset of the first wrong byte
   */
  static String decode(byte[] bytes, int from, int to, Path file, long byteOffset) {
    var decoder = StandardCharsets.UTF_8.newDecoder(); // reports malformed input unless told otherwise
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharBuffer out = CharBuffer.allocate(to - from); // UTF-8 never needs fewer bytes than UTF-16 needs chars
    CoderResult result = decoder.decode(in, out, true);
    try {
      if (result.isError()) {
        result.throwException();
      }
    } catch (CharacterCodingException e) {
      throw new BadInputException("%s: byte 0x%02x at offset %d is not valid UTF-8; expected UTF-8 text"
          .formatted(file, bytes[in.position()], byteOffset + in.position() - from), e);
    }
    return out.flip().toString();
  }
}
