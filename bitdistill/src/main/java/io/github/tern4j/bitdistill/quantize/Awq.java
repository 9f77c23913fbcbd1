package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;

/**
 * AWQ (Lin et al. 2023): input channels that carry large activations are scaled up before rounding and down again after it, so
 * that their weights lose less.
 *
 * <p>{@code x W^T = (x / s) (W diag(s))^T} holds for any s > 0; only rounding sees the difference. The scales are a power of the
 * mean activation, {@code s = a^r} with {@code a_j = mean|x_j|} (Lin et al. 2023, eq. 4 and 5), and r is searched on 20 points
 * 0, 0.05, .., 0.95 for the smallest output error
 * <pre>
 *   mean((x W'^T - x W^T)^2),     W' = dequantize(quantize(W diag(s))) / s
 * </pre>
 * The first smallest wins. r = 0 is plain rounding, so the result is never worse than that. As in the authors' code, s is limited
 * below to 1e-4 and divided by {@code sqrt(max s * min s)}; their search for a clipping of the weights is not part of this.
 */
public final class Awq {

  /** Exponents tried. */
  private static final int POINTS = 20;

  /** Lower limit of a channel's scale, so that a dead channel is not multiplied by zero. */
  private static final double SMALLEST_SCALE = 1e-4;

  private Awq() {}

  /**
   * What the search found.
   *
   * @param weight codes and scales of {@code W diag(s)}, and the dequantized weight W', already divided by s
   * @param channelScales s, {@code [in]}
   * @param losses the output error of each exponent; {@code weight.outputMse()} is the smallest of them
   * @param bestRatio the exponent r taken
   */
  public record Result(QuantizedWeight weight, Tensor channelScales, double[] losses, double bestRatio) {}

  /**
   * Quantizes a weight.
   *
   * @param weight {@code [out, in]} on the host
   * @param inputs {@code [samples, in]} on the host
   * @throws IllegalArgumentException when the shapes do not fit or an element is not finite
   */
  public static Result quantize(Tensor weight, Tensor inputs, Grid grid, Workers workers) {
    Layer layer = Layer.of("awq", weight, inputs);
    Matrix inputsTransposed = layer.inputs().transposed();
    double[] magnitudes = magnitudes(layer.inputs());
    double[] losses = new double[POINTS];
    int best = 0;
    for (int point = 0; point < POINTS; point++) {
      double[] scales = channelScales(magnitudes, ratio(point));
      Matrix scaled = scaled(layer.weight(), scales);
      losses[point] = layer.outputMse(rounded(scaled, FittedGrid.fit(grid, scaled), scales), inputsTransposed, workers);
      best = losses[point] < losses[best] ? point : best;
    }
    double[] scales = channelScales(magnitudes, ratio(best));
    Matrix scaled = scaled(layer.weight(), scales);
    FittedGrid fitted = FittedGrid.fit(grid, scaled);
    byte[] codes = RoundToNearest.codes(scaled, fitted);
    QuantizedWeight quantized = QuantizedWeight.of(fitted, codes, rounded(scaled, fitted, scales), losses[best]);
    Tensor channelScales = new Matrix(1, scales.length, scales).toTensor().reshape(Shape.of(scales.length));
    return new Result(quantized, channelScales, losses, ratio(best));
  }

  /**
   * {@code a_j = mean|x_j|} over the samples.
   *
   * @param inputs {@code [samples, in]} on the host
   * @return {@code [in]}
   */
  public static Tensor meanMagnitudes(Tensor inputs) {
    double[] magnitudes = magnitudes(Matrix.of("awq", "inputs", inputs));
    return new Matrix(1, magnitudes.length, magnitudes).toTensor().reshape(Shape.of(magnitudes.length));
  }

  private static double ratio(int point) {
    return (double) point / POINTS;
  }

  private static double[] magnitudes(Matrix inputs) {
    double[] means = new double[inputs.columns()];
    for (int row = 0; row < inputs.rows(); row++) {
      for (int column = 0; column < means.length; column++) {
        means[column] += Math.abs(inputs.get(row, column));
      }
    }
    for (int column = 0; column < means.length; column++) {
      means[column] /= inputs.rows();
    }
    return means;
  }

  private static double[] channelScales(double[] magnitudes, double ratio) {
    double[] scales = new double[magnitudes.length];
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int j = 0; j < scales.length; j++) {
      scales[j] = Math.max(Math.pow(magnitudes[j], ratio), SMALLEST_SCALE);
      smallest = Math.min(smallest, scales[j]);
      largest = Math.max(largest, scales[j]);
    }
    double middle = Math.sqrt(largest * smallest);
    for (int j = 0; j < scales.length; j++) {
      scales[j] /= middle;
    }
    return scales;
  }

  /** {@code W diag(s)}. */
  private static Matrix scaled(Matrix weight, double[] scales) {
    Matrix scaled = weight.copy();
    for (int row = 0, i = 0; row < weight.rows(); row++) {
      for (int column = 0; column < weight.columns(); column++, i++) {
        scaled.values()[i] *= scales[column];
      }
    }
    return scaled;
  }

  /** W': the scaled weight rounded to the grid and divided by s again. */
  private static Matrix rounded(Matrix scaled, FittedGrid grid, double[] scales) {
    Matrix rounded = Matrix.zeros(scaled.rows(), scaled.columns());
    for (int row = 0, i = 0; row < rounded.rows(); row++) {
      for (int column = 0; column < rounded.columns(); column++, i++) {
        int code = grid.code(row, column, scaled.values()[i]);
        rounded.values()[i] = grid.value(row, column, code) / scales[column];
      }
    }
    return rounded;
  }
}
