package io.github.tern4j.nn.tokenizer;

import java.text.Normalizer;
import java.util.List;

/** A change made to text before it is split into words; applied in the order in which a tokenizer lists them. */
enum TextNormalizer {
  /** Unicode canonical composition: {@code e} + combining acute becomes {@code é}. */
  NFC("NFC") {
    @Override
    String apply(String text) {
      return Normalizer.normalize(text, Normalizer.Form.NFC);
    }
  },

  /**
   * Lower case, one code point at a time. {@link String#toLowerCase()} is not the same: it looks at the neighbours and writes a
   * Greek sigma differently at the end of a word, which Hugging Face's {@code Lowercase} does not.
   */
  LOWERCASE("Lowercase") {
    @Override
    String apply(String text) {
      var lower = new StringBuilder(text.length());
      text.codePoints().forEach(c -> {
        if (c == CAPITAL_I_WITH_DOT) {
          lower.append("i\u0307"); // the only code point whose lower case is two code points
        } else {
          lower.appendCodePoint(Character.toLowerCase(c));
        }
      });
      return lower.toString();
    }
  };

  private static final int CAPITAL_I_WITH_DOT = 0x130;

  /** The {@code type} in {@code tokenizer.json}. */
  final String fileName;

  TextNormalizer(String fileName) {
    this.fileName = fileName;
  }

  abstract String apply(String text);

  static String applyAll(List<TextNormalizer> normalizers, String text) {
    String result = text;
    for (TextNormalizer normalizer : normalizers) {
      result = normalizer.apply(result);
    }
    return result;
  }
}
