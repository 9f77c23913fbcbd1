package io.github.tern4j.nn;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.util.Arrays;

/** Fresh values of a parameter. */
@FunctionalInterface
public interface Initializer {

  /** Values of this shape on the host, in a new array. */
  Tensor values(Shape shape, Rng rng);

  /** All ones: norm weights. */
  static Initializer ones() {
    return (shape, rng) -> {
      Tensor values = Tensor.zeros(shape);
      Arrays.fill(values.array(), 1);
      return values;
    };
  }

  /** All zeros: biases. */
  static Initializer zeros() {
    return (shape, rng) -> Tensor.zeros(shape);
  }

  /** Normal with mean 0. */
  static Initializer normal(double standardDeviation) {
    return (shape, rng) -> {
      Tensor values = Tensor.zeros(shape);
      for (int i = 0; i < values.array().length; i++) {
        values.array()[i] = (float) (standardDeviation * rng.normal(i));
      }
      return values;
    };
  }
}
