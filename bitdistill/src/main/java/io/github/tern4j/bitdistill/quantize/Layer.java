package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;

/**
 * The layer being quantized: {@code y = x W^T}.
 *
 * @param weight {@code [out, in]}
 * @param inputs sample inputs {@code [samples, in]}
 */
record Layer(Matrix weight, Matrix inputs) {

  /**
   * Checks and widens both.
   *
   * @throws IllegalArgumentException when they are no matrices of the same number of columns with finite elements
   */
  static Layer of(String op, Tensor weight, Tensor inputs) {
    if (weight.shape().rank() != 2 || inputs.shape().rank() != 2 || weight.dim(1) != inputs.dim(1) || inputs.dim(0) == 0) {
      throw new IllegalArgumentException(op + ": shapes do not fit: weight " + weight.shape() + ", inputs " + inputs.shape()
          + "; expected [out, in] and [samples, in]");
    }
    return new Layer(Matrix.of(op, "weight", weight), Matrix.of(op, "inputs", inputs));
  }

  /** Mean over samples and outputs of {@code (x W'^T - x W^T)^2}. */
  double outputMse(Matrix dequantized, Matrix inputsTransposed, Workers workers) {
    double[] difference = new double[weight.values().length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = dequantized.values()[i] - weight.values()[i];
    }
    Matrix rows = new Matrix(weight.rows(), weight.columns(), difference);
    return rows.sumOfSquaredProduct(inputsTransposed, workers) / ((double) weight.rows() * inputs.rows());
  }
}
