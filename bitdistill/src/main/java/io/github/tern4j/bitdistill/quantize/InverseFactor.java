package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Workers;

/**
 * The upper triangular U with {@code H^-1 = U^T U} of a symmetric positive definite H.
 *
 * <p>The inverse itself is not needed: with {@code H = L^T L}, L lower triangular (Cholesky from the last row up),
 * {@code H^-1 = L^-1 L^-T}, so {@code U = L^-T}. That is one factorization and one triangular inverse, a third of the work of
 * "invert, then factorize" and without its loss of digits.
 */
final class InverseFactor {

  private InverseFactor() {}

  /**
   * Computes U; {@code hessian} is overwritten.
   *
   * @throws ArithmeticException when {@code hessian} is not positive definite
   */
  static Matrix of(Matrix hessian, Workers workers) {
    factorize(hessian, workers);
    return invert(hessian.transposed(), workers);
  }

  /**
   * Replaces the lower triangle of {@code a} by L with {@code A = L^T L}. From the last row: {@code L_kk = sqrt(A_kk)},
   * {@code L_kj = A_kj / L_kk}, then {@code A_ij -= L_ki L_kj} for all {@code j <= i < k}. A block of rows is finished before
   * the rows above it are updated, so that these are read once a block.
   */
  private static void factorize(Matrix a, Workers workers) {
    int n = a.columns();
    double[] values = a.values();
    for (int end = n; end > 0; end -= Matrix.CHUNK) {
      int last = end;
      int first = Math.max(0, end - Matrix.CHUNK);
      for (int k = last - 1; k >= first; k--) {
        double pivot = a.get(k, k);
        if (!(pivot > 0)) {
          throw new ArithmeticException("gptq: Hessian is not positive definite: pivot " + pivot + " in row " + k + " of " + n);
        }
        double root = Math.sqrt(pivot);
        for (int j = 0; j <= k; j++) {
          values[k * n + j] /= root;
        }
        for (int i = first; i < k; i++) {
          Matrix.addScaled(values, i * n, -values[k * n + i], values, k * n, i + 1);
        }
      }
      workers.run(Math.ceilDiv(first, Matrix.CHUNK), chunk -> {
        for (int i = chunk * Matrix.CHUNK; i < Math.min(first, (chunk + 1) * Matrix.CHUNK); i++) {
          Matrix.addRows(values, i * n, i + 1, -1, values, first * n + i, n, values, first * n, n, last - first);
        }
      });
    }
  }

  /**
   * The inverse of the upper triangle R of {@code upper}: row i of U solves {@code u R = e_i} by substitution: v starts at e_i,
   * and {@code u_j = v_j / R_jj}, {@code v -= u_j R_j} for ascending j. Beyond a block of columns the subtractions of the whole
   * block are made at once; what lies left of the diagonal is zero and adds nothing.
   */
  private static Matrix invert(Matrix upper, Workers workers) {
    int n = upper.columns();
    Matrix inverse = Matrix.zeros(n, n);
    double[] u = inverse.values();
    workers.run(Math.ceilDiv(n, Matrix.CHUNK), chunk -> {
      int from = chunk * Matrix.CHUNK;
      int to = Math.min(n, from + Matrix.CHUNK);
      for (int i = from; i < to; i++) {
        u[i * n + i] = 1;
      }
      for (int start = from; start < n; start += Matrix.CHUNK) {
        int end = Math.min(n, start + Matrix.CHUNK);
        for (int i = from; i < to; i++) {
          for (int j = Math.max(start, i); j < end; j++) {
            u[i * n + j] /= upper.get(j, j);
            Matrix.addScaled(u, i * n + j + 1, -u[i * n + j], upper.values(), j * n + j + 1, end - j - 1);
          }
          Matrix.addRows(u, i * n + end, n - end, -1, u, i * n + start, 1, upper.values(), start * n + end, n, end - start);
        }
      }
    });
    return inverse;
  }
}
