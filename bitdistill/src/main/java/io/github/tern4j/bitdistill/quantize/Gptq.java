package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;

/**
 * GPTQ (Frantar et al. 2022, algorithm 1): columns are rounded one after the other, and each column's error is made up for by the
 * columns that are still free, as well as the layer's sample inputs allow.
 *
 * <p>The error of one output row, {@code |x w'^T - x w^T|^2}, is quadratic in w' with Hessian {@code H = 2 x^T x} (here divided
 * by the number of samples, which changes nothing below). If column i moves by {@code q_i - w_i}, the best move of the free
 * columns j > i is {@code -(w_i - q_i) Hinv_ij / Hinv_ii}, where Hinv is the inverse of H over the free columns (Frantar et al.
 * 2022, eq. 2). All these inverses are in one upper Cholesky factor U of the full inverse, {@code H^-1 = U^T U} (section 3.3,
 * step 3):
 * <pre>
 *   e = (w_i - q_i) / U_ii,     w_j -= e U_ij   for j &gt; i
 * </pre>
 *
 * <p>Dead inputs, zero in all samples, get {@code H_ii = 1} and weight 0; then {@code H += 0.01 mean(diag H) I}. The grid is
 * fixed from the original weight. Columns go in natural order, not by activation. Columns beyond a batch of 16 make up for all
 * its errors at once (section 3.3, step 2), which only regroups the same sums.
 */
public final class Gptq {

  /** Share of the mean diagonal that is added to it (Frantar et al. 2022, section 3.3). */
  private static final double DAMPING = 0.01;

  private Gptq() {}

  /**
   * What GPTQ found.
   *
   * @param weight codes, scales and the dequantized weight
   * @param compensated each column as it was just before it was rounded, {@code [out, in]}
   */
  public record Result(QuantizedWeight weight, Tensor compensated) {}

  /**
   * Quantizes a weight.
   *
   * @param weight {@code [out, in]} on the host
   * @param inputs {@code [samples, in]} on the host
   * @throws IllegalArgumentException when the shapes do not fit or an element is not finite
   */
  public static Result quantize(Tensor weight, Tensor inputs, Grid grid, Workers workers) {
    Layer layer = Layer.of("gptq", weight, inputs);
    FittedGrid fitted = FittedGrid.fit(grid, layer.weight());
    Matrix hessian = layer.inputs().gram(2.0 / layer.inputs().rows(), workers);
    boolean[] dead = damp(hessian);
    Matrix factor = InverseFactor.of(hessian, workers);
    Matrix compensated = layer.weight().copy();
    byte[] codes = new byte[compensated.values().length];
    workers.run(Math.ceilDiv(compensated.rows(), Matrix.CHUNK), chunk -> {
      int from = chunk * Matrix.CHUNK;
      compensate(compensated, from, Math.min(compensated.rows(), from + Matrix.CHUNK), dead, factor, fitted, codes);
    });
    Matrix dequantized = RoundToNearest.dequantize(codes, fitted, compensated.rows(), compensated.columns());
    double outputMse = layer.outputMse(dequantized, layer.inputs().transposed(), workers);
    return new Result(QuantizedWeight.of(fitted, codes, dequantized, outputMse), compensated.toTensor());
  }

  /**
   * The damped Hessian {@code 2 / samples x^T x + 0.01 mean(diag) I}, dead inputs repaired.
   *
   * @param inputs {@code [samples, in]} on the host
   * @return {@code [in, in]}
   */
  public static Tensor dampedHessian(Tensor inputs, Workers workers) {
    Matrix hessian = Matrix.of("gptq", "inputs", inputs).gram(2.0 / inputs.dim(0), workers);
    damp(hessian);
    return hessian.toTensor();
  }

  /** Repairs dead inputs and damps in place; says which inputs are dead. */
  private static boolean[] damp(Matrix hessian) {
    int n = hessian.columns();
    boolean[] dead = new boolean[n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      if (hessian.get(i, i) == 0) {
        dead[i] = true;
        hessian.values()[i * n + i] = 1;
      }
      trace += hessian.get(i, i);
    }
    for (int i = 0; i < n; i++) {
      hessian.values()[i * n + i] += DAMPING * trace / n;
    }
    return dead;
  }

  /** Rounds rows {@code from .. to-1} of {@code w}, which becomes the compensated weight. */
  private static void compensate(Matrix w, int from, int to, boolean[] dead, Matrix factor, FittedGrid grid, byte[] codes) {
    int n = w.columns();
    double[] values = w.values();
    for (int row = from; row < to; row++) {
      for (int i = 0; i < n; i++) {
        if (dead[i]) {
          values[row * n + i] = 0;
        }
      }
    }
    double[] errors = new double[Matrix.CHUNK];
    for (int start = 0; start < n; start += Matrix.CHUNK) {
      int end = Math.min(n, start + Matrix.CHUNK);
      for (int row = from; row < to; row++) {
        for (int i = start; i < end; i++) {
          int at = row * n + i;
          int code = grid.code(row, i, values[at]);
          codes[at] = (byte) code;
          double error = (values[at] - grid.value(row, i, code)) / factor.get(i, i);
          Matrix.addScaled(values, at + 1, -error, factor.values(), i * n + i + 1, end - i - 1);
          errors[i - start] = error;
        }
        Matrix.addRows(values, row * n + end, n - end, -1, errors, 0, 1, factor.values(), start * n + end, n, end - start);
      }
    }
  }
}
