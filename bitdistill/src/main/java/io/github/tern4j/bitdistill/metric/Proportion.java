package io.github.tern4j.bitdistill.metric;

/**
 * A share of successes with its 95 % confidence interval after Wilson (1927):
 * {@code (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)}, which stays inside [0, 1] and is right
 * also near its ends.
 *
 * @param value successes / trials
 * @param low lower end
 * @param high upper end
 */
public record Proportion(double value, double low, double high) {

  /** The 97.5 % point of the normal distribution. */
  static final double Z = 1.959963984540054;

  /**
   * The interval for a count.
   *
   * @throws IllegalArgumentException for no trials, or more successes than trials
   */
  public static Proportion of(long successes, long trials) {
    if (trials < 1 || successes < 0 || successes > trials) {
      throw new IllegalArgumentException("proportion: " + successes + " of " + trials + "; expected 0 to at least 1 trials");
    }
    double p = (double) successes / trials;
    double shrink = 1 + Z * Z / trials;
    double middle = (p + Z * Z / (2.0 * trials)) / shrink;
    double half = Z * Math.sqrt(p * (1 - p) / trials + Z * Z / (4.0 * trials * trials)) / shrink;
    return new Proportion(p, Math.max(0, middle - half), Math.min(1, middle + half));
  }

  /** Share of predictions that equal the labels. */
  public static Proportion accuracy(int[] predictions, int[] labels) {
    return of(RightAnswers.count(RightAnswers.of(predictions, labels)), labels.length);
  }
}
