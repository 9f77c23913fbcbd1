package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.Summation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * What several kernels compute along a row of {@code n} elements, in the order of {@link Summation}. A vector of 16 lanes holds
 * all partial sums of a row; narrower vectors go over it once for each group of lanes, so that there is one loop for all widths.
 *
 * <p>{@code partial} is a working array of {@link Summation#LANES} elements.
 */
final class Rows {

  private static final VectorShuffle<Float> DOWN_8 = VectorShuffle.iota(FLOATS, 8, 1, true);
  private static final VectorShuffle<Float> DOWN_4 = VectorShuffle.iota(FLOATS, 4, 1, true);
  private static final VectorShuffle<Float> DOWN_2 = VectorShuffle.iota(FLOATS, 2, 1, true);
  private static final VectorShuffle<Float> DOWN_1 = VectorShuffle.iota(FLOATS, 1, 1, true);

  private Rows() {}

  /** {@link Summation#fold} in registers: lane 0 of a tree of halves. */
  static float fold(float[] partial) {
    for (int half = Summation.LANES / 2; half >= LANES; half /= 2) {
      Lanes.add(partial, half, half, partial, 0);
    }
    FloatVector sum = Lanes.load(partial, 0);
    if (LANES >= 16) {
      sum = sum.add(sum.rearrange(DOWN_8));
    }
    if (LANES >= 8) {
      sum = sum.add(sum.rearrange(DOWN_4));
    }
    sum = sum.add(sum.rearrange(DOWN_2));
    sum = sum.add(sum.rearrange(DOWN_1));
    return sum.lane(0);
  }

  /** The largest element; NaN when there is one, -infinity for an empty row. */
  static float max(float[] x, int at, int n) {
    FloatVector even = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    FloatVector odd = even;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      // Two, because a maximum that respects NaN takes several instructions that wait for each other.
      even = even.max(FloatVector.fromArray(FLOATS, x, at + i));
      odd = odd.max(FloatVector.fromArray(FLOATS, x, at + i + LANES));
    }
    float max = even.max(odd).reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, x[at + i]);
    }
    return max;
  }

  /** The largest magnitude; NaN when there is one, 0 for an empty row. */
  static float maxMagnitude(float[] x, int at, int n) {
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = even;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      even = even.max(Lanes.load(x, at + i).abs());
      odd = odd.max(Lanes.load(x, at + i + LANES).abs());
    }
    float max = even.max(odd).reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, Math.abs(x[at + i]));
    }
    return max;
  }

  /** sum_i x_i. */
  static float sum(float[] x, int at, int n, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      sumLanes(x, at + lane, n - lane, partial, lane);
    }
    return fold(partial);
  }

  private static void sumLanes(float[] x, int at, int n, float[] partial, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += Summation.LANES) {
      sum = sum.add(Lanes.load(x, at + i));
    }
    sum.intoArray(partial, to);
    for (int lane = 0; lane < LANES && i + lane < n; lane++) {
      partial[to + lane] += x[at + i + lane];
    }
  }

  /** sum_i a_i b_i, products fused. */
  static float dot(float[] a, int aAt, float[] b, int bAt, int n, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      dotLanes(a, aAt + lane, b, bAt + lane, n - lane, partial, lane);
    }
    return fold(partial);
  }

  private static void dotLanes(float[] a, int aAt, float[] b, int bAt, int n, float[] partial, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += Summation.LANES) {
      sum = Lanes.load(a, aAt + i).fma(Lanes.load(b, bAt + i), sum);
    }
    sum.intoArray(partial, to);
    for (int lane = 0; lane < LANES && i + lane < n; lane++) {
      partial[to + lane] = Math.fma(a[aAt + i + lane], b[bAt + i + lane], partial[to + lane]);
    }
  }

  /** sum_i a_i b_i c_i with products a_i b_i rounded, then fused into the sum. */
  static float dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      dotLanes(a, aAt + lane, b, bAt + lane, c, cAt + lane, n - lane, partial, lane);
    }
    return fold(partial);
  }

  private static void dotLanes(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int n, float[] partial, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += Summation.LANES) {
      sum = Lanes.load(a, aAt + i).mul(Lanes.load(b, bAt + i)).fma(Lanes.load(c, cAt + i), sum);
    }
    sum.intoArray(partial, to);
    for (int lane = 0; lane < LANES && i + lane < n; lane++) {
      partial[to + lane] = Math.fma(a[aAt + i + lane] * b[bAt + i + lane], c[cAt + i + lane], partial[to + lane]);
    }
  }

  /** sum_i exp((x_i - max) factor). */
  static float expSum(float[] x, int at, int n, float max, float factor, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      expSumLanes(x, at + lane, n - lane, max, factor, partial, lane);
    }
    return fold(partial);
  }

  private static void expSumLanes(float[] x, int at, int n, float max, float factor, float[] partial, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += Summation.LANES) {
      sum = sum.add(VectorMath.exp(Lanes.load(x, at + i).sub(max).mul(factor)));
    }
    sum.intoArray(partial, to);
    for (int lane = 0; lane < LANES && i + lane < n; lane++) {
      partial[to + lane] += FloatMath.exp((x[at + i + lane] - max) * factor);
    }
  }

  /** The same for factor 1, with the summands stored in {@code out}, which may be {@code x}. */
  static float expSumInto(float[] x, int at, int n, float max, float[] out, int outAt, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      expSumLanesInto(x, at + lane, n - lane, max, out, outAt + lane, partial, lane);
    }
    return fold(partial);
  }

  private static void expSumLanesInto(float[] x, int at, int n, float max, float[] out, int outAt, float[] partial, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += Summation.LANES) {
      FloatVector y = VectorMath.exp(Lanes.load(x, at + i).sub(max));
      y.intoArray(out, outAt + i);
      sum = sum.add(y);
    }
    sum.intoArray(partial, to);
    for (int lane = 0; lane < LANES && i + lane < n; lane++) {
      float y = FloatMath.exp(x[at + i + lane] - max);
      out[outAt + i + lane] = y;
      partial[to + lane] += y;
    }
  }

  /** {@code x_i / divisor} in place. */
  static void divide(float[] x, int at, int n, float divisor) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.load(x, at + i).div(divisor).intoArray(x, at + i);
    }
    for (; i < n; i++) {
      x[at + i] /= divisor;
    }
  }
}
