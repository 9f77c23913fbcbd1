package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.Summation;

/** Loops over the elements of a row, each a method of its own, which the JIT compiles within a few milliseconds. */
final class RowLoops {

  private RowLoops() {}

  /** {@code sum_i x_i^2} in the order of {@link Summation}. */
  static float squares(float[] x, int at, int n) {
    float[] partial = new float[LANES];
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        partial[lane] = Math.fma(x[at + i + lane], x[at + i + lane], partial[lane]);
      }
    }
    for (int lane = 0; i + lane < n; lane++) {
      partial[lane] = Math.fma(x[at + i + lane], x[at + i + lane], partial[lane]);
    }
    return Summation.fold(partial, 0);
  }

  /** {@code out_i = x_i r weight_i}. */
  static void scale(float[] x, int at, float r, float[] weight, int weightAt, int n, float[] out, int outAt) {
    for (int i = 0; i < n; i++) {
      out[outAt + i] = x[at + i] * r * weight[weightAt + i];
    }
  }

  /** {@code out_i = x_i factor}. */
  static void scale(float[] x, int at, float factor, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = x[at + i] * factor;
    }
  }

  /** {@code out_i = x_i + y_i}. */
  static void add(float[] x, int at, float[] y, int yAt, int n, float[] out, int outAt) {
    for (int i = 0; i < n; i++) {
      out[outAt + i] = x[at + i] + y[yAt + i];
    }
  }

  /** {@code sums_i += factor x_i}, fused. */
  static void addScaled(float factor, float[] x, int n, float[] sums, int at) {
    for (int i = 0; i < n; i++) {
      sums[at + i] = Math.fma(factor, x[i], sums[at + i]);
    }
  }

  /** {@code out_i = x_i / divisor}. */
  static void divide(float[] x, float divisor, int n, float[] out, int outAt) {
    for (int i = 0; i < n; i++) {
      out[outAt + i] = x[i] / divisor;
    }
  }

  /** Rotates a head of {@code 2 half} elements as {@link io.github.tern4j.tensor.kernel.RopeKernel} says. */
  static void rotate(float[] x, int at, int half, float[] cos, int cosAt, float[] sin, int sinAt, float[] out, int outAt) {
    for (int i = 0; i < half; i++) {
      float low = x[at + i];
      float high = x[at + half + i];
      out[outAt + i] = Math.fma(low, cos[cosAt + i], -(high * sin[sinAt + i]));
      out[outAt + half + i] = Math.fma(high, cos[cosAt + i], low * sin[sinAt + i]);
    }
  }

  /** {@code out_i = silu(gate_i) up_i}. */
  static void gate(float[] gate, int gateAt, float[] up, int upAt, int n, float[] out, int outAt) {
    for (int i = 0; i < n; i++) {
      float z = gate[gateAt + i];
      out[outAt + i] = z * FloatMath.sigmoid(z) * up[upAt + i];
    }
  }

  /** The largest magnitude; NaN when there is one. */
  static float largestMagnitude(float[] x, int at, int n) {
    float largest = 0;
    for (int i = 0; i < n; i++) {
      float magnitude = Math.abs(x[at + i]);
      largest = magnitude > largest || Float.isNaN(magnitude) ? magnitude : largest;
    }
    return largest;
  }

  /** {@code codes_i = clip(rint(x_i factor))}; clipped first, which gives the same and leaves what a float rounds exactly. */
  static void round(float[] x, int at, float factor, int n, byte[] codes) {
    for (int i = 0; i < n; i++) {
      float value = x[at + i] * factor;
      value = value > ActivationQuantizerKernel.LARGEST_CODE ? ActivationQuantizerKernel.LARGEST_CODE : value;
      value = value < ActivationQuantizerKernel.SMALLEST_CODE ? ActivationQuantizerKernel.SMALLEST_CODE : value;
      codes[i] = (byte) (value + FloatMath.ROUNDING_SHIFT - FloatMath.ROUNDING_SHIFT);
    }
  }

  /** Replaces scores by {@code e^(score - max)} and returns their sum, ascending. */
  static float exponentials(float[] scores, int n, float max) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      scores[i] = FloatMath.exp(scores[i] - max);
      sum += scores[i];
    }
    return sum;
  }

  /** The largest element; NaN when there is one. */
  static float max(float[] x, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }
}
