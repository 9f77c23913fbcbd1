package io.github.tern4j.bitdistill.verify;

import java.util.Arrays;

/** Deviations from expected values as a share of what is allowed: at most 1 is a match. */
final class Comparison {

  /** The ratio where none can be given (an exact value differs, NaN, a missing result); finite, so that JSON can hold it. */
  static final double NO_MATCH = 1e9;

  private Comparison() {}

  /**
   * The smaller of {@code max|got - expected| / atol} and {@code ||got - expected||_2 / (relativeL2 ||expected||_2)}: either
   * criterion is enough.
   */
  static double floats(float[] got, float[] expected, Limits limits) {
    if (got.length != expected.length) {
      return NO_MATCH;
    }
    double largest = 0;
    double squares = 0;
    double expectedSquares = 0;
    for (int i = 0; i < got.length; i++) {
      double deviation = Math.abs((double) got[i] - expected[i]);
      largest = Math.max(largest, deviation);
      squares += deviation * deviation;
      expectedSquares += (double) expected[i] * expected[i];
    }
    double elementwise = ratio(largest, limits.atol());
    return Math.min(elementwise, ratio(Math.sqrt(squares), limits.relativeL2() * Math.sqrt(expectedSquares)));
  }

  /** 0 for equal integers. */
  static double integers(long[] got, long[] expected) {
    return Arrays.equals(got, expected) ? 0 : NO_MATCH;
  }

  /** {@code |got - expected| / atol}. */
  static double scalar(double got, double expected, double atol) {
    return ratio(Math.abs(got - expected), atol);
  }

  private static double ratio(double deviation, double limit) {
    if (deviation == 0) {
      return 0;
    }
    double ratio = deviation / limit;
    return ratio < NO_MATCH ? ratio : NO_MATCH;
  }
}
