package io.github.tern4j.bitdistill.metric;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * A score of a whole corpus that depends on its rows only through sums: {@code f(sum over rows of s[row])}. Corpus BLEU is such a
 * score of n-gram counts, perplexity one of losses and token counts, a mean one of values. Rows are kept apart so that
 * {@link Bootstrap} can draw them again without counting anything twice.
 */
public final class CorpusScore {

  private final double[][] statistics;
  private final ToDoubleFunction<double[]> score;

  /**
   * A score of rows.
   *
   * @param statistics what is added up, {@code [rows, sums]}; counts are exact below 2^53
   * @param score the score of the sums
   */
  CorpusScore(double[][] statistics, ToDoubleFunction<double[]> score) {
    if (statistics.length == 0) {
      throw new IllegalArgumentException("corpus score: no rows; expected at least one");
    }
    this.statistics = statistics;
    this.score = score;
  }

  /**
   * The mean of one value a row, for example of sentence scores.
   *
   * @throws IllegalArgumentException for no values
   */
  public static CorpusScore mean(double[] values) {
    double[][] statistics = new double[values.length][];
    for (int row = 0; row < values.length; row++) {
      statistics[row] = new double[] {values[row]};
    }
    return new CorpusScore(statistics, sums -> sums[0] / values.length);
  }

  /** How many rows there are. */
  public int rows() {
    return statistics.length;
  }

  /** The score of all rows. */
  public double value() {
    int[] all = new int[rows()];
    Arrays.setAll(all, row -> row);
    return ofRows(all);
  }

  /** The score of as many rows as there are, drawn with repetition; sums run in the order of the draws. */
  double ofRows(int[] drawn) {
    double[] sums = new double[statistics[0].length];
    for (int row : drawn) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += statistics[row][i];
      }
    }
    return score.applyAsDouble(sums);
  }
}
