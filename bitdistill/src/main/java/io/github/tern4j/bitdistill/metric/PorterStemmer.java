package io.github.tern4j.bitdistill.metric;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's suffix stripping ("An algorithm for suffix stripping", Program 14(3), 1980) with the deviations of NLTK, since
 * rouge_score uses NLTK's; each is marked where it acts. With C a run of consonants and V one of vowels a word is
 * {@code [C](VC)^m[V]}; m is its measure.
 */
final class PorterStemmer {

  private static final int SHORTEST = 3;

  /** NLTK: words that are looked up. */
  private static final Map<String, String> IRREGULAR = Map.ofEntries(
      Map.entry("sky", "sky"), Map.entry("skies", "sky"), Map.entry("dying", "die"), Map.entry("lying", "lie"),
      Map.entry("tying", "tie"), Map.entry("news", "news"), Map.entry("innings", "inning"), Map.entry("inning", "inning"),
      Map.entry("outings", "outing"), Map.entry("outing", "outing"), Map.entry("cannings", "canning"),
      Map.entry("canning", "canning"), Map.entry("howe", "howe"), Map.entry("proceed", "proceed"),
      Map.entry("exceed", "exceed"), Map.entry("succeed", "succeed"));

  /** Replaces a suffix where the stem before it allows that. */
  private record Rule(String suffix, String replacement, Predicate<String> stem) {

    Rule(String suffix, String replacement) {
      this(suffix, replacement, stem -> measure(stem) > 0);
    }

    static Rule dropped(String suffix) {
      return new Rule(suffix, "", stem -> measure(stem) > 1);
    }
  }

  // The first suffix that fits decides, also when its stem does not allow the replacement: longer ones come first.

  private static final List<Rule> STEP_2 = List.of(
      new Rule("ational", "ate"), new Rule("tional", "tion"), new Rule("enci", "ence"), new Rule("anci", "ance"),
      new Rule("izer", "ize"),
      new Rule("bli", "ble"), // NLTK, as Porter's own program; the paper has abli
      new Rule("alli", "al"), new Rule("entli", "ent"), new Rule("eli", "e"), new Rule("ousli", "ous"),
      new Rule("ization", "ize"), new Rule("ation", "ate"), new Rule("ator", "ate"), new Rule("alism", "al"),
      new Rule("iveness", "ive"), new Rule("fulness", "ful"), new Rule("ousness", "ous"), new Rule("aliti", "al"),
      new Rule("iviti", "ive"), new Rule("biliti", "ble"),
      new Rule("fulli", "ful"), // NLTK
      new Rule("logi", "log", stem -> measure(stem + "l") > 0)); // NLTK: the l counts as part of the stem, for geology

  private static final List<Rule> STEP_3 = List.of(
      new Rule("icate", "ic"), new Rule("ative", ""), new Rule("alize", "al"), new Rule("iciti", "ic"), new Rule("ical", "ic"),
      new Rule("ful", ""), new Rule("ness", ""));

  private static final List<Rule> STEP_4 = List.of(
      Rule.dropped("al"), Rule.dropped("ance"), Rule.dropped("ence"), Rule.dropped("er"), Rule.dropped("ic"),
      Rule.dropped("able"), Rule.dropped("ible"), Rule.dropped("ant"), Rule.dropped("ement"), Rule.dropped("ment"),
      Rule.dropped("ent"),
      new Rule("ion", "", stem -> measure(stem) > 1 && (stem.endsWith("s") || stem.endsWith("t"))),
      Rule.dropped("ou"), Rule.dropped("ism"), Rule.dropped("ate"), Rule.dropped("iti"), Rule.dropped("ous"),
      Rule.dropped("ive"), Rule.dropped("ize"));

  private PorterStemmer() {}

  /** The stem of a word in lower case. */
  static String stem(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (word.length() < SHORTEST) {
      return word;
    }
    String stem = finalY(pastAndProgressive(plural(word)));
    return doubleL(finalE(apply(STEP_4, apply(STEP_3, step2(stem)))));
  }

  // Step 1a
  private static String plural(String word) {
    if (word.endsWith("ies")) {
      return cut(word, word.length() == 4 ? 1 : 2); // NLTK: dies becomes die, not di
    }
    if (word.endsWith("sses")) {
      return cut(word, 2);
    }
    return word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
  }

  // Step 1b
  private static String pastAndProgressive(String word) {
    if (word.endsWith("ied")) {
      return cut(word, word.length() == 4 ? 1 : 2); // NLTK: died becomes die, not di
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    if (word.endsWith("ed") && hasVowel(cut(word, 2))) {
      return repaired(cut(word, 2));
    }
    return word.endsWith("ing") && hasVowel(cut(word, 3)) ? repaired(cut(word, 3)) : word;
  }

  private static String repaired(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    if (endsWithDoubleConsonant(stem)) {
      return "lsz".indexOf(stem.charAt(stem.length() - 1)) < 0 ? cut(stem, 1) : stem;
    }
    return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
  }

  // Step 1c. NLTK: after a consonant that is not the first letter, where Porter asks for a vowel anywhere; enjoy stays.
  private static String finalY(String word) {
    int y = word.length() - 1;
    return word.endsWith("y") && y > 1 && isConsonant(word, y - 1) ? cut(word, 1) + "i" : word;
  }

  private static String step2(String word) {
    // NLTK: what is left of -alli is looked at again, so that -ationalli becomes -ate.
    return word.endsWith("alli") && measure(cut(word, 4)) > 0 ? step2(cut(word, 2)) : apply(STEP_2, word);
  }

  private static String apply(List<Rule> rules, String word) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = cut(word, rule.suffix.length());
        return rule.stem.test(stem) ? stem + rule.replacement : word;
      }
    }
    return word;
  }

  // Step 5a
  private static String finalE(String word) {
    if (!word.endsWith("e")) {
      return word;
    }
    String stem = cut(word, 1);
    int measure = measure(stem);
    return measure > 1 || measure == 1 && !endsShort(stem) ? stem : word;
  }

  // Step 5b
  private static String doubleL(String word) {
    return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  // y is a consonant at the beginning and after a vowel, so that the letters of a run of y alternate.
  private static boolean isConsonant(String word, int at) {
    int before = at;
    while (before > 0 && word.charAt(before) == 'y') {
      before--;
    }
    boolean consonant = "aeiou".indexOf(word.charAt(before)) < 0;
    return (at - before) % 2 == 0 ? consonant : !consonant;
  }

  /** How often a consonant follows a vowel. */
  private static int measure(String stem) {
    int measure = 0;
    for (int i = 1; i < stem.length(); i++) {
      measure += isConsonant(stem, i) && !isConsonant(stem, i - 1) ? 1 : 0;
    }
    return measure;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsWithDoubleConsonant(String word) {
    int last = word.length() - 1;
    return last > 0 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
  }

  // Porter's *o: consonant, vowel, consonant other than w, x, y, as in hop. NLTK: also vowel, consonant alone, as in us(e).
  private static boolean endsShort(String word) {
    int last = word.length() - 1;
    if (last < 1 || !isConsonant(word, last) || isConsonant(word, last - 1)) {
      return false;
    }
    return last == 1 || isConsonant(word, last - 2) && "wxy".indexOf(word.charAt(last)) < 0;
  }
}
