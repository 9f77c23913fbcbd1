package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Tensor;

/**
 * A weight on a grid, and what that did to the layer's output.
 *
 * @param codes one per element in row-major order, {@code out * in}
 * @param scales {@code [out, groups]}; a scale of the whole tensor is repeated
 * @param zeros the code of the value 0 for each scale, {@code out * groups}
 * @param dequantized the weight to compute with, {@code [out, in]}
 * @param outputMse mean over samples and outputs of {@code (x W'^T - x W^T)^2}, W' the dequantized weight
 */
public record QuantizedWeight(byte[] codes, Tensor scales, int[] zeros, Tensor dequantized, double outputMse) {

  static QuantizedWeight of(FittedGrid grid, byte[] codes, Matrix dequantized, double outputMse) {
    Matrix scales = new Matrix(dequantized.rows(), grid.groups(), grid.scales());
    return new QuantizedWeight(codes, scales.toTensor(), grid.zeros().clone(), dequantized.toTensor(), outputMse);
  }
}
