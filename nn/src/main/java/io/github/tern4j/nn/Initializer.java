package io.github.tern4j.nn;

import io.github.tern4j.tensor.Rng;

/** Fresh values of a parameter, each a function of its position alone, so that they can be made in any order and by many threads. */
@FunctionalInterface
public interface Initializer {

  /** The value at position {@code index} in row-major order, from the parameter's own stream. */
  float value(Rng rng, long index);

  /** All ones: norm weights. */
  static Initializer ones() {
    return (rng, index) -> 1;
  }

  /** All zeros: biases. */
  static Initializer zeros() {
    return (rng, index) -> 0;
  }

  /** Normal with mean 0. */
  static Initializer normal(double standardDeviation) {
    return (rng, index) -> (float) (standardDeviation * rng.normal(index));
  }
}
