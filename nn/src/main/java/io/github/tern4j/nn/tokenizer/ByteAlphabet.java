package io.github.tern4j.nn.tokenizer;

import java.util.Arrays;

/**
 * GPT-2's one-to-one map between the 256 bytes and 256 printable characters, in which byte-level vocabularies are written.
 *
 * <p>Printable Latin-1 bytes stand for themselves, the other 68 are moved to U+0100 and up in ascending order, so that a space
 * (0x20) is written {@code Ġ} and no token in a file contains white space. Source: {@code bytes_to_unicode} in the published
 * GPT-2 encoder.
 */
final class ByteAlphabet {
  private static final int FIRST_MOVED = 0x100;
  private static final char[] CHARACTER_OF_BYTE = new char[256];
  private static final int[] BYTE_OF_CHARACTER;

  static {
    int moved = FIRST_MOVED;
    for (int b = 0; b < 256; b++) {
      CHARACTER_OF_BYTE[b] = (char) (isPrintableLatin1(b) ? b : moved++);
    }
    BYTE_OF_CHARACTER = new int[moved];
    Arrays.fill(BYTE_OF_CHARACTER, -1);
    for (int b = 0; b < 256; b++) {
      BYTE_OF_CHARACTER[CHARACTER_OF_BYTE[b]] = b;
    }
  }

  private ByteAlphabet() {}

  /** All 256 characters in ascending order, the order of the first ids in GPT-2's and Qwen's vocabularies. */
  static char[] sorted() {
    char[] characters = CHARACTER_OF_BYTE.clone();
    Arrays.sort(characters);
    return characters;
  }

  static char character(int unsignedByte) {
    return CHARACTER_OF_BYTE[unsignedByte];
  }

  /** Bytes written in the alphabet. */
  static String write(byte[] bytes) {
    char[] characters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      characters[i] = CHARACTER_OF_BYTE[bytes[i] & 0xff];
    }
    return new String(characters);
  }

  static boolean isWritten(String token) {
    return token.chars().allMatch(c -> c < BYTE_OF_CHARACTER.length && BYTE_OF_CHARACTER[c] >= 0);
  }

  /** The bytes that a token {@linkplain #isWritten written in the alphabet} stands for. */
  static byte[] read(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) BYTE_OF_CHARACTER[token.charAt(i)];
    }
    return bytes;
  }

  private static boolean isPrintableLatin1(int b) {
    boolean softHyphen = b == 0xad;
    return b >= '!' && b <= '~' || b >= 0xa1 && !softHyphen;
  }
}
