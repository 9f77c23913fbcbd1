package io.github.tern4j.bitdistill.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What can be had without comparing the sentences clause by clause. */
class ShortcutTest {
  private static final ArtificialLanguage LANGUAGE = ArtificialLanguage.generate(7, LanguageOptions.DEFAULT);

  /** A classifier without a clue is right on a binomial share of the rows: 1/3 and at most 4 standard deviations more. */
  private static double chanceBound(int rows) {
    return 1 / 3.0 + 4 * Math.sqrt(2 / 9.0 / rows);
  }

  @Test
  void theHypothesisAloneGivesExactlyChance() {
    assertThat(accuracy(LANGUAGE.train(), LANGUAGE.test(), Pair::hypothesis)).isEqualTo(1 / 3.0);
  }

  @Test
  void aBagOfWordsOfThePremiseStaysNearChance() {
    assertNearChance(Pair::premise);
  }

  @Test
  void aBagOfWordsOfBothSentencesStaysNearChance() {
    assertNearChance(pair -> pair.premise() + " " + pair.hypothesis());
  }

  @Test
  void knowingTheWordsButNotWhoIsWhoGivesTwoThirds() {
    var dictionary = Dictionary.of(LANGUAGE.documents());
    double right = 0;
    for (var pair : LANGUAGE.test()) {
      var clauses = Dictionary.clauses(pair);
      var first = dictionary.ofWords(clauses.getFirst(), pair.hypothesis());
      var second = dictionary.ofWords(clauses.getLast(), pair.hypothesis());
      // One word related: it is likelier that the claim is about it. Two, then by opposite relations: a coin.
      var guess = first == Relation.NEUTRAL ? second : first;
      right += first != Relation.NEUTRAL && second != Relation.NEUTRAL
          ? (pair.label().equals(Relation.NEUTRAL.label()) ? 0 : 0.5)
          : guess.label().equals(pair.label()) ? 1 : 0;
    }
    int rows = LANGUAGE.test().size();
    double fourDeviations = 4 * Math.sqrt(2 / 9.0 / rows);
    assertThat(right / rows).isBetween(2 / 3.0 - fourDeviations, 2 / 3.0 + fourDeviations);
  }

  /** Learned from the training pairs, and, with words that it has seen, from one half of the test to the other. */
  private static void assertNearChance(Function<Pair, String> text) {
    var test = LANGUAGE.test();
    int half = test.size() / 2;
    assertThat(accuracy(LANGUAGE.train(), test, text)).isLessThan(chanceBound(test.size()));
    assertThat(accuracy(test.subList(0, half), test.subList(half, test.size()), text))
        .isLessThan(chanceBound(test.size() - half));
  }

  /** Accuracy of multinomial naive Bayes over words, with one count added to each. */
  private static double accuracy(List<Pair> train, List<Pair> test, Function<Pair, String> text) {
    Map<String, Map<String, Integer>> counts = new HashMap<>();
    Map<String, Integer> totals = new HashMap<>();
    for (var pair : train) {
      for (var word : text.apply(pair).split(" ")) {
        counts.computeIfAbsent(pair.label(), label -> new HashMap<>()).merge(word, 1, Integer::sum);
        totals.merge(pair.label(), 1, Integer::sum);
      }
    }
    int vocabulary = LANGUAGE.words().size();
    int right = 0;
    for (var pair : test) {
      var best = "";
      double bestScore = Double.NEGATIVE_INFINITY;
      for (var relation : Relation.ALL) {
        var label = relation.label();
        double score = 0;
        for (var word : text.apply(pair).split(" ")) {
          score += Math.log((counts.get(label).getOrDefault(word, 0) + 1.0) / (totals.get(label) + vocabulary));
        }
        if (score > bestScore) {
          best = label;
          bestScore = score;
        }
      }
      right += best.equals(pair.label()) ? 1 : 0;
    }
    return (double) right / test.size();
  }
}
