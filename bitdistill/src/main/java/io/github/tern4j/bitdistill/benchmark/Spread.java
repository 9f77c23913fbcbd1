package io.github.tern4j.bitdistill.benchmark;

import java.util.List;

/**
 * Values of several rounds.
 *
 * @param median the middle one, or the mean of the middle two
 * @param low the least
 * @param high the greatest
 */
public record Spread(double median, double low, double high) {

  /** The spread of at least one value. */
  public static Spread of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("spread: no values; expected at least one");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
