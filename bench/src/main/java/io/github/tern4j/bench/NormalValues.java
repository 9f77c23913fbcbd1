package io.github.tern4j.bench;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;

/** Operands of standard normal values. */
final class NormalValues {

  /**
   * Values that are drawn before they repeat, since drawing all of a large matrix takes longer than measuring. A prime, so that
   * its rows differ.
   */
  private static final int PERIOD = 1_000_003;

  private NormalValues() {}

  /** A tensor on the heap; the same seed gives the same values. */
  static Tensor of(long seed, int... dims) {
    Tensor tensor = Tensor.zeros(dims);
    float[] values = tensor.array();
    Rng rng = Rng.of(seed);
    int drawn = Math.min(PERIOD, values.length);
    for (int i = 0; i < drawn; i++) {
      values[i] = (float) rng.normal(i);
    }
    for (int i = drawn; i < values.length; i += PERIOD) {
      System.arraycopy(values, 0, values, i, Math.min(PERIOD, values.length - i));
    }
    return tensor;
  }

  /** The largest magnitude. */
  static double largest(Tensor host) {
    double largest = 0;
    for (float value : host.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
