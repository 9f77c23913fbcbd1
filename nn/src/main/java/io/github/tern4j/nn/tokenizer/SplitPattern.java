package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.tensor.BadInputException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that cuts text into words; what lies between two matches is a word too (Hugging Face's
 * {@code Split} with behaviour {@code Isolated}).
 *
 * <p>Files write it for Oniguruma, the engine behind Hugging Face's {@code tokenizers}. Java reads a few constructs differently
 * ({@code \h}, {@code \w}, {@code .}, {@code [[:alpha:]]}, {@code {1,3}+}), so only the constructs on which both agree are
 * accepted and everything else is refused: another meaning would shift token ids without any sign of it.
 */
final class SplitPattern {
  /** The pattern of Qwen2, Qwen2.5 and Qwen3, as in their {@code tokenizer.json}. */
  static final String QWEN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
          + "|\\s+(?!\\S)|\\s+";

  /** The pattern of GPT-2, which {@code ByteLevel} applies itself when its {@code use_regex} is on. */
  static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private static final Pattern CATEGORY = Pattern.compile("\\\\[pP]\\{[A-Z][a-z]?}");
  private static final Pattern GROUP_START = Pattern.compile("\\?(:|=|!|i:|<=|<!|>)");

  private final String regex;
  private final Pattern pattern;

  /**
   * Compiles the expression.
   *
   * @throws BadInputException if Java would read it differently from Oniguruma, or not at all
   */
  SplitPattern(String regex) {
    checkMeaningIsShared(regex);
    this.regex = regex;
    try {
      // Unicode white space for \s and Unicode case folding for (?i:), which also lets 's match the long s of U+017F.
      pattern = Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException e) {
      throw new BadInputException("split pattern is not understood: " + e.getDescription() + " near index " + e.getIndex(), e);
    }
  }

  String regex() {
    return regex;
  }

  void split(String text, Consumer<String> words) {
    Matcher matcher = pattern.matcher(text);
    int done = 0;
    while (matcher.find()) {
      if (matcher.start() > done) {
        words.accept(text.substring(done, matcher.start()));
      }
      if (matcher.end() > matcher.start()) {
        words.accept(matcher.group());
      }
      done = matcher.end();
    }
    if (done < text.length()) {
      words.accept(text.substring(done));
    }
  }

  private static void checkMeaningIsShared(String regex) {
    boolean insideClass = false;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      char next = i + 1 < regex.length() ? regex.charAt(i + 1) : 0;
      boolean shared = switch (c) {
        case '\\' -> sharedEscape(regex, i) > 0;
        case '[' -> !insideClass && next != ':';
        case '&' -> !(insideClass && next == '&');
        case '.', '$' -> insideClass;
        case '^' -> insideClass; // in Oniguruma it matches at every line start
        case '(' -> insideClass || next != '?' || GROUP_START.matcher(regex).region(i + 1, regex.length()).lookingAt();
        case '}' -> insideClass || next != '+'; // possessive in Java, repeated in Oniguruma
        default -> true;
      };
      if (!shared) {
        throw new BadInputException("split pattern: construct at index " + i + " of " + regex
            + " is not supported; expected groups, classes, \\s \\S \\d \\D \\r \\n \\t, \\p{L}-like categories, quantifiers");
      }
      if (c == '\\') {
        i += sharedEscape(regex, i) - 1;
      } else if (c == '[' || c == ']') {
        insideClass = c == '[';
      }
    }
  }

  /** Length of the escape that starts at {@code at}, or 0 if the engines do not agree on it. */
  private static int sharedEscape(String regex, int at) {
    Matcher category = CATEGORY.matcher(regex).region(at, regex.length());
    if (category.lookingAt()) {
      return category.end() - at;
    }
    char escaped = at + 1 < regex.length() ? regex.charAt(at + 1) : 'a';
    return "sSdDrnt".indexOf(escaped) >= 0 || !Character.isLetterOrDigit(escaped) ? 2 : 0;
  }
}
