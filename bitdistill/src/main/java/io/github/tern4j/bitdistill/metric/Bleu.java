package io.github.tern4j.bitdistill.metric;

import io.github.tern4j.tensor.BadInputException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BLEU (Papineni et al. 2002): {@code 100 min(1, exp(1 - r / h)) (p_1 p_2 ... p_N)^(1/N)}, with {@code p_n} the share of the
 * hypothesis' n-grams found in a reference, each at most as often as in the reference that has most of it, {@code h} the length
 * of the hypothesis and {@code r} that of the reference nearest in length, the shorter one of two. In a corpus counts and lengths
 * are summed first. From 0 to 100; agrees with sacrebleu (Post 2018).
 *
 * @param tokenizer how texts are split
 * @param smoothing what replaces a precision of 0
 * @param lowercase whether case is ignored
 * @param effectiveOrder whether orders longer than the hypothesis are left out instead of giving 0; for sentences
 * @param maxOrder N, usually 4
 */
public record Bleu(
    BleuTokenizer tokenizer, BleuSmoothing smoothing, boolean lowercase, boolean effectiveOrder, int maxOrder) {

  private static final int USUAL_ORDER = 4;

  /** Orders start with 1. */
  public Bleu {
    if (maxOrder < 1) {
      throw new IllegalArgumentException("bleu: order " + maxOrder + "; expected at least 1");
    }
  }

  /** What sacrebleu computes for a corpus unless told otherwise: 13a, exponential smoothing, case matters, order 4. */
  public static Bleu ofCorpus() {
    return new Bleu(BleuTokenizer.V13A, new BleuSmoothing.Exponential(), false, false, USUAL_ORDER);
  }

  /** What sacrebleu computes for a sentence unless told otherwise: as {@link #ofCorpus}, with effective order. */
  public static Bleu ofSentences() {
    return new Bleu(BleuTokenizer.V13A, new BleuSmoothing.Exponential(), false, true, USUAL_ORDER);
  }

  /**
   * The score of one text.
   *
   * @throws BadInputException if no reference has text
   */
  public double sentence(String hypothesis, List<String> references) {
    return corpus(List.of(hypothesis), List.of(references)).value();
  }

  /**
   * The score of a corpus; row {@code i} of {@code references} holds the references of hypothesis {@code i}.
   *
   * @throws BadInputException if a row has no reference with text
   * @throws IllegalArgumentException for no rows, or different numbers of them
   */
  public CorpusScore corpus(List<String> hypotheses, List<List<String>> references) {
    if (hypotheses.size() != references.size()) {
      throw new IllegalArgumentException("bleu: " + hypotheses.size() + " hypotheses, " + references.size()
          + " rows of references; expected one row a hypothesis");
    }
    double[][] statistics = new double[hypotheses.size()][];
    for (int row = 0; row < statistics.length; row++) {
      List<String> written = references.get(row).stream().filter(reference -> !reference.isEmpty()).toList();
      if (written.isEmpty()) {
        throw new BadInputException("bleu: row " + row + " has no reference with text; expected at least one");
      }
      statistics[row] = statistics(tokens(hypotheses.get(row)), written.stream().map(this::tokens).toList());
    }
    return new CorpusScore(statistics, this::score);
  }

  private List<String> tokens(String text) {
    return tokenizer.tokens(lowercase ? text.toLowerCase(Locale.ROOT) : text);
  }

  // Length of hypothesis and reference, then per order the n-grams found in a reference, then per order all n-grams.
  private double[] statistics(List<String> hypothesis, List<List<String>> references) {
    double[] statistics = new double[2 + 2 * maxOrder];
    statistics[0] = hypothesis.size();
    statistics[1] = nearestLength(hypothesis.size(), references);
    for (int n = 1; n <= maxOrder; n++) {
      Map<List<String>, Integer> allowed = new HashMap<>();
      for (List<String> reference : references) {
        NGrams.count(reference, n).forEach((ngram, count) -> allowed.merge(ngram, count, Math::max));
      }
      statistics[1 + n] = NGrams.overlap(NGrams.count(hypothesis, n), allowed);
      statistics[1 + maxOrder + n] = Math.max(0, hypothesis.size() - n + 1);
    }
    return statistics;
  }

  private static int nearestLength(int length, List<List<String>> references) {
    int nearest = references.getFirst().size();
    for (List<String> reference : references) {
      int farther = Math.abs(reference.size() - length) - Math.abs(nearest - length);
      if (farther < 0 || farther == 0 && reference.size() < nearest) {
        nearest = reference.size();
      }
    }
    return nearest;
  }

  /** The score of summed statistics: lengths of hypotheses and references, matches per order, n-grams per order. */
  double score(double[] sums) {
    boolean anyMatch = false;
    for (int n = 1; n <= maxOrder; n++) {
      anyMatch |= sums[1 + n] > 0;
    }
    if (!anyMatch) {
      return 0;
    }
    double logSum = 0;
    int orders = 0;
    double half = 1;
    for (int n = 1; n <= maxOrder; n++) {
      double added = n > 1 && smoothing instanceof BleuSmoothing.AddK(double k) ? k : 0;
      double matches = sums[1 + n] + added;
      double total = sums[1 + maxOrder + n] + added;
      if (total == 0) {
        break;
      }
      if (matches == 0) {
        matches = switch (smoothing) {
          case BleuSmoothing.None _ -> 0;
          case BleuSmoothing.Floor floor -> floor.value();
          case BleuSmoothing.AddK _ -> 0;
          case BleuSmoothing.Exponential _ -> half /= 2;
        };
      }
      logSum += Math.log(matches / total);
      orders++;
    }
    if (orders < maxOrder && !effectiveOrder) {
      return 0;
    }
    double brevity = Math.min(1, Math.exp(1 - sums[1] / sums[0]));
    return 100 * brevity * Math.exp(logSum / orders);
  }
}
