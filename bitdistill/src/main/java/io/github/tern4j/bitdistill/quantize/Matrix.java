package io.github.tern4j.bitdistill.quantize;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;

/**
 * A row-major matrix of doubles. Products are built from {@link #addRows}, whose loop the JIT turns into vectors without changing
 * the order of sums, and work on chunks of {@value #CHUNK} rows so that a row of the other operand is read from memory once for
 * all of them. Each element is summed by one chunk in a fixed order: results do not depend on threads.
 */
record Matrix(int rows, int columns, double[] values) {

  /** Rows of a chunk: 16 rows of 3072 doubles are 384 KiB, which stays in a second-level cache. */
  static final int CHUNK = 16;

  /** Rows of {@link #addRows} that are summed at once. */
  private static final int FUSED = 4;

  static Matrix zeros(int rows, int columns) {
    return new Matrix(rows, columns, new double[Math.multiplyExact(rows, columns)]);
  }

  /** The elements of a rank-2 host tensor; {@code op} and {@code name} are for the message about one that is not finite. */
  static Matrix of(String op, String name, Tensor tensor) {
    float[] floats = tensor.toFloats();
    Matrix matrix = zeros(tensor.dim(0), tensor.dim(1));
    for (int i = 0; i < floats.length; i++) {
      if (!Float.isFinite(floats[i])) {
        throw new IllegalArgumentException(
            op + ": " + name + " " + tensor.shape() + " has " + floats[i] + " at element " + i + "; expected finite numbers");
      }
      matrix.values[i] = floats[i];
    }
    return matrix;
  }

  /** The elements rounded to float. */
  Tensor toTensor() {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(floats, rows, columns);
  }

  Matrix copy() {
    return new Matrix(rows, columns, values.clone());
  }

  Matrix transposed() {
    Matrix result = zeros(columns, rows);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result.values[column * rows + row] = values[row * columns + column];
      }
    }
    return result;
  }

  double get(int row, int column) {
    return values[row * columns + column];
  }

  /** {@code factor * M^T M}, symmetric {@code [columns, columns]}. */
  Matrix gram(double factor, Workers workers) {
    int n = columns;
    Matrix gram = zeros(n, n);
    workers.run(Math.ceilDiv(n, CHUNK), chunk -> {
      int to = Math.min(n, (chunk + 1) * CHUNK);
      for (int row = 0; row < rows; row += FUSED) {
        for (int i = chunk * CHUNK; i < to; i++) {
          int at = row * n + i;
          addRows(gram.values, i * n + i, n - i, factor, values, at, n, values, at, n, Math.min(FUSED, rows - row));
        }
      }
    });
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        gram.values[i * n + j] = gram.values[j * n + i];
      }
    }
    return gram;
  }

  /**
   * Sum of the squares of all elements of the product of this and {@code right}, {@code [rows, n]} with n columns of {@code
   * right}.
   */
  double sumOfSquaredProduct(Matrix right, Workers workers) {
    int n = right.columns;
    double[] sums = new double[rows];
    workers.run(Math.ceilDiv(rows, CHUNK), chunk -> {
      int from = chunk * CHUNK;
      int to = Math.min(rows, from + CHUNK);
      double[] product = new double[(to - from) * n];
      for (int k = 0; k < columns; k += FUSED) {
        for (int row = from; row < to; row++) {
          int count = Math.min(FUSED, columns - k);
          addRows(product, (row - from) * n, n, 1, values, row * columns + k, 1, right.values, k * n, n, count);
        }
      }
      for (int row = from; row < to; row++) {
        for (int i = (row - from) * n; i < (row - from + 1) * n; i++) {
          sums[row] += product[i] * product[i];
        }
      }
    });
    double sum = 0;
    for (double rowSum : sums) {
      sum += rowSum;
    }
    return sum;
  }

  /**
   * {@code target[targetFrom + i] += factor * sum_k weights[weightFrom + k weightStride] * rows[rowFrom + k rowStride + i]} for
   * {@code length} elements i and {@code count} rows k. {@value #FUSED} rows are summed before the target is touched: measured
   * four times as fast as one at a time, because each element of the target is read and written a quarter as often.
   */
  static void addRows(double[] target, int targetFrom, int length, double factor, double[] weights, int weightFrom,
      int weightStride, double[] rows, int rowFrom, int rowStride, int count) {
    int k = 0;
    for (; k + FUSED <= count; k += FUSED) {
      int weight = weightFrom + k * weightStride;
      addFour(target, targetFrom, length, factor * weights[weight], factor * weights[weight + weightStride],
          factor * weights[weight + 2 * weightStride], factor * weights[weight + 3 * weightStride],
          rows, rowFrom + k * rowStride, rowStride);
    }
    for (; k < count; k++) {
      addScaled(target, targetFrom, factor * weights[weightFrom + k * weightStride], rows, rowFrom + k * rowStride, length);
    }
  }

  private static void addFour(double[] target, int targetFrom, int length, double a, double b, double c, double d, double[] rows,
      int rowFrom, int rowStride) {
    for (int i = 0; i < length; i++) {
      target[targetFrom + i] += a * rows[rowFrom + i] + b * rows[rowFrom + rowStride + i]
          + c * rows[rowFrom + 2 * rowStride + i] + d * rows[rowFrom + 3 * rowStride + i];
    }
  }

  /** {@code target[targetFrom ..] += factor * source[sourceFrom ..]} for {@code length} elements. */
  static void addScaled(double[] target, int targetFrom, double factor, double[] source, int sourceFrom, int length) {
    for (int i = 0; i < length; i++) {
      target[targetFrom + i] += factor * source[sourceFrom + i];
    }
  }
}
