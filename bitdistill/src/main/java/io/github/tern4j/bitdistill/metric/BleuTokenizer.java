package io.github.tern4j.bitdistill.metric;

import java.util.List;
import java.util.regex.Pattern;

/** How {@link Bleu} splits text into tokens. Scores with different tokenizers cannot be compared. */
public enum BleuTokenizer {

  /** NIST's mteval-v13a, the usual one: ASCII punctuation apart, except in numbers and for hyphens and apostrophes. */
  V13A {
    @Override
    String spaced(String text) {
      // The space at the ends lets a full stop after a number at the end be split off.
      String spaced = " " + text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
          .replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") + " ";
      spaced = ASCII_SYMBOL.matcher(spaced).replaceAll(" $0 ");
      spaced = POINT_AFTER_NO_DIGIT.matcher(spaced).replaceAll("$1 $2 ");
      spaced = POINT_BEFORE_NO_DIGIT.matcher(spaced).replaceAll(" $1 $2");
      return DASH_AFTER_DIGIT.matcher(spaced).replaceAll("$1 $2 ");
    }
  },

  /** NIST's mteval-v14 with international tokenization: Unicode punctuation apart, except in numbers, and symbols apart. */
  INTERNATIONAL {
    @Override
    String spaced(String text) {
      String spaced = PUNCTUATION_AFTER_NO_NUMBER.matcher(text).replaceAll("$1 $2 ");
      spaced = PUNCTUATION_BEFORE_NO_NUMBER.matcher(spaced).replaceAll(" $1 $2");
      return SYMBOL.matcher(spaced).replaceAll(" $0 ");
    }
  },

  /** Every character, a Unicode code point, is a token. */
  CHARACTERS {
    @Override
    String spaced(String text) {
      return CHARACTER.matcher(text).replaceAll("$0 ");
    }
  },

  /** Tokens are what white space separates. */
  NONE {
    @Override
    String spaced(String text) {
      return text;
    }
  };

  private static final Pattern ASCII_SYMBOL = Pattern.compile("[{-~\\[-` -&(-+:-@/]");
  private static final Pattern POINT_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
  private static final Pattern PUNCTUATION_AFTER_NO_NUMBER = Pattern.compile("(\\P{N})(\\p{P})");
  private static final Pattern PUNCTUATION_BEFORE_NO_NUMBER = Pattern.compile("(\\p{P})(\\P{N})");
  private static final Pattern SYMBOL = Pattern.compile("\\p{S}");
  private static final Pattern CHARACTER = Pattern.compile("(?s).");

  /** White space as Python's split sees it: unlike Java's, with no-break spaces and U+0085. */
  private static final String WHITE_SPACE = "[\\t-\\r\\x{1C}-\\x{1F}\\x{85}\\p{Z}]+";
  private static final Pattern WHITE_SPACES = Pattern.compile(WHITE_SPACE);
  private static final Pattern WHITE_SPACE_AT_END = Pattern.compile(WHITE_SPACE + "\\z");

  /** The text with spaces between tokens. */
  abstract String spaced(String text);

  List<String> tokens(String text) {
    String spaced = spaced(WHITE_SPACE_AT_END.matcher(text).replaceFirst(""));
    return WHITE_SPACES.splitAsStream(spaced).filter(token -> !token.isEmpty()).toList();
  }
}
