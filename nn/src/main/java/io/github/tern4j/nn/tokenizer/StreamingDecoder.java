package io.github.tern4j.nn.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes tokens as they are generated. A character whose UTF-8 bytes are spread over several tokens comes out when its last byte
 * has arrived, so that a terminal never sees half of one; all pieces together are {@link Tokenizer#decode(int[])} of all ids.
 *
 * <p>For one text and one thread.
 */
public final class StreamingDecoder {
  private static final int LONGEST_UTF8_CHARACTER = 4;

  private final Tokenizer tokenizer;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
      .onMalformedInput(CodingErrorAction.REPLACE)
      .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer heldBack = ByteBuffer.allocate(0);

  StreamingDecoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Takes the next token; returns the text that is complete with it, possibly none.
   *
   * @throws io.github.tern4j.tensor.BadInputException if the id has no token
   */
  public String append(int id) {
    return decode(tokenizer.bytes(id), false);
  }

  /** Ends the text; a character that remained incomplete comes out as U+FFFD. */
  public String finish() {
    return decode(new byte[0], true);
  }

  /** Decodes bytes; what is incomplete at their end is held back, or replaced if it is the end of the text. */
  String decode(byte[] bytes, boolean end) {
    ByteBuffer in = ByteBuffer.allocate(heldBack.remaining() + bytes.length).put(heldBack).put(bytes).flip();
    replaceSurrogateLeads(in.array());
    CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_UTF8_CHARACTER);
    decoder.decode(in, out, end);
    if (end) {
      decoder.flush(out);
      decoder.reset();
    }
    heldBack = in;
    return out.flip().toString();
  }

  /**
   * Puts a byte that is never UTF-8 in place of each 0xED that leads a surrogate (0xED 0xA0..0xBF). The JDK replaces such a
   * sequence as a whole; Unicode's recommendation, which Rust and so Hugging Face follow, gives one U+FFFD for each of its bytes.
   */
  private static void replaceSurrogateLeads(byte[] bytes) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == (byte) 0xed && (bytes[i + 1] & 0xe0) == 0xa0) {
        bytes[i] = (byte) 0xff;
      }
    }
  }
}
