package io.github.tern4j.nn.tokenizer;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Text that has everything a tokenizer treats in a way of its own. */
final class SampleText {
  /** Trains tokenizers for tests: repeats enough for merges of words, digits, white space and several scripts. */
  static final List<String> DOCUMENTS = List.of(
      "The quick brown fox doesn't jump over the lazy dog; it's the dog that'll jump. The fox and the dog aren't there.",
      "I'm here, you're there, we've been there, they'd go there and she'll be there then. THE END. The End.",
      "for (int i = 0; i < 100; i++) {\n        sum += values[i] * values[i];\n        }\n    return sum;\n",
      "1234 12 1,234.56 2024-01-31 2024-12-31 3.14159 +49 30 123456 100 1000 10000",
      "Über größere Häuser fließt Wasser; cafe\u0301 café naïve São Paulo, coöperate. Straße, Straßen.",
      "Съешь ещё этих мягких французских булок, да выпей чаю. Ещё чаю! Σίσυφος ΣΊΣΥΦΟΣ, ὈΔΥΣΣΕΎΣ.",
      "天地玄黄,宇宙洪荒。天地玄黄,宇宙洪荒。日本語のテキスト、日本語のテスト。한국어 텍스트 한국어",
      "مرحبا بالعالم مرحبا שלום עולם नमस्ते दुनिया नमस्ते สวัสดีชาวโลก สวัสดี",
      "😀😀 👍🏽👍🏽 👩‍👩‍👧 🇩🇪🇫🇷 ❤️ ✓ → ∑ — “quoted” ‘single’ …",
      "line one\r\nline two\r\n\r\n\tindented\n\n\n   three spaces   \u00a0nbsp\u3000wide\u2028sep");

  /** What the arbitrary mixes. */
  static final List<String> PIECES = List.of(
      "the", "The", " the", "there", "it", "'s", "'S", "'ll", "'LL", "'Ve", "'\u017f", "don't", "’s", "'", "''", "1", "12",
      "1234567", "٣", "½", "Ⅷ", " ", "  ", "     ", "\t", "\n", "\r\n", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2028",
      "\u0085", "\u200b", "\ufeff", "é", "e\u0301", "n\u0303", "\u0301", "a\u0323\u0307", "Å", "\u212b", "ﬁ", "İ", "ı", "ẞ", "ß",
      "Σ", "ς", "天", "地玄", "。", "の", "が", "か\u3099", "한", "\u1112\u1161\u11ab", "नमस्ते", "สวัสดี", "مرحبا", "😀", "👍🏽",
      "👩‍👩‍👧", "🇩🇪", "❤️", "𝒳", "𐐀", "\ud83c\udff4\udb40\udc67\udb40\udc7f",
      "!", "...", "—", "://", "{\n", "});", "_", "$", "€", "\u0000",
      "\u007f", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|endof", "text|>", "<|", "Ġ", "ÿ", "Ċ");

  private SampleText() {}

  /**
   * Mixes of such pieces and of any characters of the Basic Multilingual Plane, but for combining marks: those that came after
   * Unicode 9 (U+07FD, for one) have an order in the JDK's normal form that older tables do not know.
   */
  static Arbitrary<String> arbitrary() {
    Arbitrary<String> anyCharacter = Arbitraries.chars()
        .filter(c -> Character.isDefined(c) && !Character.isSurrogate(c) && !isMark(c)).map(String::valueOf);
    return Arbitraries.frequencyOf(Tuple.of(8, Arbitraries.of(PIECES)), Tuple.of(1, anyCharacter))
        .list().ofMaxSize(24).map(list -> String.join("", list));
  }

  private static boolean isMark(char c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
      default -> false;
    };
  }
}
