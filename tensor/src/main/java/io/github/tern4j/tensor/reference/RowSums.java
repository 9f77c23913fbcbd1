package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.Summation;

/** What several kernels compute along a row of {@code n} elements, in the order of {@link Summation}. */
final class RowSums {

  private RowSums() {}

  /** The largest element; NaN when there is one, -infinity for an empty row. */
  static float max(float[] x, int at, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[at + i]);
    }
    return max;
  }

  /** sum_i x_i. */
  static float sum(float[] x, int at, int n) {
    float[] partial = new float[LANES];
    for (int i = 0; i < n; i++) {
      partial[i % LANES] += x[at + i];
    }
    return Summation.fold(partial, 0);
  }

  /** sum_i a_i b_i, products fused. */
  static float dot(float[] a, int atA, float[] b, int atB, int n) {
    float[] partial = new float[LANES];
    for (int i = 0; i < n; i++) {
      partial[i % LANES] = Math.fma(a[atA + i], b[atB + i], partial[i % LANES]);
    }
    return Summation.fold(partial, 0);
  }

  /** sum_i exp((x_i - max) factor). */
  static float expSum(float[] x, int at, int n, float max, float factor) {
    float[] partial = new float[LANES];
    for (int i = 0; i < n; i++) {
      partial[i % LANES] += FloatMath.exp((x[at + i] - max) * factor);
    }
    return Summation.fold(partial, 0);
  }

  /** ln x, rounded once. */
  static float ln(float x) {
    return (float) Math.log(x);
  }
}
