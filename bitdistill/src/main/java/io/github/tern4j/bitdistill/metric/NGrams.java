package io.github.tern4j.bitdistill.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each sequence of n tokens occurs. */
final class NGrams {

  private NGrams() {}

  static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int at = 0; at + n <= tokens.size(); at++) {
      counts.merge(tokens.subList(at, at + n), 1, Integer::sum);
    }
    return counts;
  }

  /** How many n-grams two texts share; each as often as in the text that has fewer of it. */
  static int overlap(Map<List<String>, Integer> a, Map<List<String>, Integer> b) {
    int overlap = 0;
    for (Map.Entry<List<String>, Integer> entry : a.entrySet()) {
      overlap += Math.min(entry.getValue(), b.getOrDefault(entry.getKey(), 0));
    }
    return overlap;
  }
}
