package io.github.tern4j.bitdistill.metric;

/**
 * Accuracy of one method minus that of another on the same rows. Rows that both get right or wrong say nothing; with b rows that
 * only A and c rows that only B gets right of n, the difference is (b - c) / n with the 95 % interval
 * {@code +- z sqrt(b + c - (b - c)^2 / n) / n} (Agresti 2013, section 11.1). The p-value is McNemar's exact one: the two-sided
 * binomial probability of a split at least as uneven as b : c.
 *
 * @param difference accuracy of A minus accuracy of B
 * @param low lower end of the interval
 * @param high upper end
 * @param pValue of the hypothesis that both are equally accurate
 */
public record PairedComparison(double difference, double low, double high, double pValue) {

  /** Compares which rows two methods got right. */
  public static PairedComparison of(boolean[] rightA, boolean[] rightB) {
    if (rightA.length != rightB.length || rightA.length == 0) {
      throw new IllegalArgumentException(
          "paired comparison: " + rightA.length + " and " + rightB.length + " rows; expected the same rows, at least one");
    }
    long onlyA = 0;
    long onlyB = 0;
    for (int row = 0; row < rightA.length; row++) {
      onlyA += rightA[row] && !rightB[row] ? 1 : 0;
      onlyB += rightB[row] && !rightA[row] ? 1 : 0;
    }
    double n = rightA.length;
    double difference = (onlyA - onlyB) / n;
    double half = Proportion.Z * Math.sqrt(onlyA + onlyB - (onlyA - onlyB) * (double) (onlyA - onlyB) / n) / n;
    return new PairedComparison(difference, Math.max(-1, difference - half), Math.min(1, difference + half),
        exactTwoSided(Math.min(onlyA, onlyB), onlyA + onlyB));
  }

  // 2 P(X <= k) for X binomial(n, 1/2), at most 1; terms in logarithms, since 2^-n underflows
  private static double exactTwoSided(long k, long n) {
    double sum = 0;
    double logTerm = -n * Math.log(2);
    for (long i = 0; i <= k; i++) {
      sum += Math.exp(logTerm);
      logTerm += Math.log((double) (n - i) / (i + 1));
    }
    return Math.min(1, 2 * sum);
  }
}
