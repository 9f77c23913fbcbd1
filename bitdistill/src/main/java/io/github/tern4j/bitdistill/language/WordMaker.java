package io.github.tern4j.bitdistill.language;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Invents pronounceable words, each once; an ending tells a reader the class: adjectives in "y", verbs in "s", names in "a". */
final class WordMaker {
  private static final List<String> ONSETS =
      List.of("b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "t", "v", "z", "bl", "br", "dr", "fl",
          "gr", "kl", "pr", "tr");
  private static final List<String> VOWELS = List.of("a", "e", "i", "o", "u");
  private static final List<String> CODAS =
      List.of("b", "d", "g", "k", "l", "m", "n", "p", "r", "t", "lk", "mp", "nd", "rf", "rk", "nt");

  private final RandomGenerator random;
  private final Set<String> used;

  WordMaker(RandomGenerator random, List<String> taken) {
    this.random = random;
    this.used = new HashSet<>(taken);
  }

  List<String> words(int count, String ending) {
    var words = new ArrayList<String>();
    while (words.size() < count) {
      var word = pick(ONSETS) + pick(VOWELS) + pick(CODAS) + ending;
      if (used.add(word)) {
        words.add(word);
      }
    }
    return List.copyOf(words);
  }

  private String pick(List<String> parts) {
    return parts.get(random.nextInt(parts.size()));
  }
}
