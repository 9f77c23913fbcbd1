package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;

/** Random layers. */
final class Samples {

  private Samples() {}

  /** Elements with magnitudes between 0.05 and 0.25. */
  static Matrix weight(long seed, int rows, int columns) {
    Rng rng = Rng.of(seed).at("weight");
    Matrix weight = Matrix.zeros(rows, columns);
    for (int i = 0; i < weight.values().length; i++) {
      double magnitude = 0.05 + 0.2 * rng.uniform(2L * i);
      weight.values()[i] = (float) (rng.below(2L * i + 1, 2) == 0 ? -magnitude : magnitude);
    }
    return weight;
  }

  /** Inputs whose channels have sizes from 0.1 to 10 and share a common part, so that columns can make up for each other. */
  static Tensor inputs(long seed, int samples, int columns) {
    Rng rng = Rng.of(seed).at("inputs");
    float[] x = new float[samples * columns];
    for (int row = 0; row < samples; row++) {
      double common = rng.at("common").normal(row);
      for (int column = 0; column < columns; column++) {
        double size = Math.pow(10, 2 * rng.at("size").uniform(column) - 1);
        x[row * columns + column] = (float) (size * (common + rng.normal((long) row * columns + column)));
      }
    }
    return Tensor.of(x, samples, columns);
  }
}
