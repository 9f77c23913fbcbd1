package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;

/** Plain rounding: each element of a weight goes to the nearest point of the grid, whatever the inputs are. */
public final class RoundToNearest {

  private RoundToNearest() {}

  /**
   * Quantizes a weight.
   *
   * @param weight {@code [out, in]} on the host
   * @param inputs {@code [samples, in]} on the host; only {@link QuantizedWeight#outputMse()} depends on them
   * @throws IllegalArgumentException when the shapes do not fit or an element is not finite
   */
  public static QuantizedWeight quantize(Tensor weight, Tensor inputs, Grid grid, Workers workers) {
    Layer layer = Layer.of("rtn", weight, inputs);
    FittedGrid fitted = FittedGrid.fit(grid, layer.weight());
    byte[] codes = codes(layer.weight(), fitted);
    Matrix dequantized = dequantize(codes, fitted, layer.weight().rows(), layer.weight().columns());
    return QuantizedWeight.of(fitted, codes, dequantized, layer.outputMse(dequantized, layer.inputs().transposed(), workers));
  }

  static byte[] codes(Matrix weight, FittedGrid grid) {
    byte[] codes = new byte[weight.values().length];
    for (int row = 0, i = 0; row < weight.rows(); row++) {
      for (int column = 0; column < weight.columns(); column++, i++) {
        codes[i] = (byte) grid.code(row, column, weight.values()[i]);
      }
    }
    return codes;
  }

  static Matrix dequantize(byte[] codes, FittedGrid grid, int rows, int columns) {
    Matrix dequantized = Matrix.zeros(rows, columns);
    for (int row = 0, i = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++, i++) {
        dequantized.values()[i] = grid.value(row, column, codes[i]);
      }
    }
    return dequantized;
  }
}
