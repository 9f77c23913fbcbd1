package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class BpeTrainerProperties {

  /** Counts every pair anew for every merge, which is the definition and too slow for real text. */
  @Property(tries = 500)
  void incrementalCountsLearnTheMergesOfTheDefinition(
      @ForAll @Size(min = 1, max = 8) List<@StringLength(min = 1, max = 12) @CharRange(from = 'a', to = 'c') String> words,
      @ForAll @IntRange(min = 1, max = 3) int minFrequency,
      @ForAll @IntRange(max = 12) int merges) {
    var counts = new Object2LongOpenHashMap<String>();
    words.forEach(word -> counts.addTo(word, 1));
    var learner = new MergeLearner(counts);
    learner.learn(256 + merges, minFrequency);
    assertThat(learner.tokens().subList(256, learner.tokens().size())).isEqualTo(byDefinition(words, minFrequency, merges));
  }

  private static List<String> byDefinition(List<String> words, int minFrequency, int merges) {
    var tokens = new ArrayList<String>();
    for (char c : ByteAlphabet.sorted()) {
      tokens.add(String.valueOf(c));
    }
    List<List<String>> texts = new ArrayList<>();
    words.forEach(word -> texts.add(new ArrayList<>(word.chars().mapToObj(c -> String.valueOf((char) c)).toList())));
    while (tokens.size() < 256 + merges) {
      Map<List<String>, Integer> counts = new HashMap<>();
      for (List<String> text : texts) {
        for (int i = 0; i + 1 < text.size(); i++) {
          counts.merge(List.of(text.get(i), text.get(i + 1)), 1, Integer::sum);
        }
      }
      var best = counts.entrySet().stream()
          .filter(entry -> entry.getValue() >= minFrequency)
          .min(Comparator.comparing((Map.Entry<List<String>, Integer> entry) -> -entry.getValue())
              .thenComparing(entry -> tokens.indexOf(entry.getKey().get(0)))
              .thenComparing(entry -> tokens.indexOf(entry.getKey().get(1))));
      if (best.isEmpty()) {
        break;
      }
      String left = best.get().getKey().get(0);
      String right = best.get().getKey().get(1);
      if (!tokens.contains(left + right)) {
        tokens.add(left + right);
      }
      for (List<String> text : texts) {
        for (int i = 0; i + 1 < text.size(); i++) {
          if (text.get(i).equals(left) && text.get(i + 1).equals(right)) {
            text.set(i, left + right);
            text.remove(i + 1);
          }
        }
      }
    }
    return tokens.subList(256, tokens.size());
  }
}
