package io.github.tern4j.tensor.dense;

import static io.github.tern4j.tensor.dense.Int4Matrix.LARGEST_CODE;
import static io.github.tern4j.tensor.dense.Int4Matrix.SMALLEST_CODE;

/** The scale and the codes of a group of {@link Int4Matrix}. */
final class Int4Rounding {

  /**
   * Candidates for the steps between zero and the largest magnitude. Squared error of Gaussian values in groups of 32, relative:
   * 9.4e-3 for 7, which needs no code -8, 7.4e-3 for 8, 6.8e-3 for the best of these three, 6.6e-3 for the best of eleven.
   */
  private static final float[] DIVISORS = {7.5f, 8, 8.5f};

  private static final int UPPER_HALF = 0xFFFF0000;
  private static final int BELOW_HALF = 0x7FFF;

  private Int4Rounding() {}

  /** The BF16 scale with the smallest squared error; 0 for zeros, infinite or NaN if a value is. */
  static float scale(float[] values, int from, int to) {
    float extreme = 0;
    for (int i = from; i < to; i++) {
      if (!(Math.abs(values[i]) <= Math.abs(extreme))) {
        extreme = values[i];
      }
      if (!Float.isFinite(extreme)) {
        return extreme;
      }
    }
    float best = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (float divisor : DIVISORS) {
      float scale = bf16(-extreme / divisor);
      double error = squaredError(values, from, to, scale);
      if (error < smallest) {
        smallest = error;
        best = scale;
      }
    }
    return best;
  }

  /** {@code clip(rint(value / scale), -8, 7)}; 0 where the scale is. */
  static int code(float value, float scale) {
    return scale == 0 ? 0 : (int) Math.clamp(Math.rint(value / scale), SMALLEST_CODE, LARGEST_CODE);
  }

  private static double squaredError(float[] values, int from, int to, float scale) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double error = values[i] - code(values[i], scale) * scale;
      sum += error * error;
    }
    return sum;
  }

  /** To nearest, ties to even. */
  private static float bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat(bits + BELOW_HALF + (bits >>> Short.SIZE & 1) & UPPER_HALF);
  }
}
