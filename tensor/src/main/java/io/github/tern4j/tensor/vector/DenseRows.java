package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;

/** Dense products of few rows of x: one dot product after the other, while a block of weight rows is in the cache. */
final class DenseRows {

  private DenseRows() {}

  /** Columns in a step of 16 words. */
  static int stepColumns(FloatMatrix weight) {
    return Summation.LANES * weight.run();
  }

  /** Columns of the whole steps of a row. */
  static int wholeColumns(FloatMatrix weight) {
    return weight.columns() / stepColumns(weight) * stepColumns(weight);
  }

  /**
   * A row of x in the order in which {@link DenseDot} reads it: element i of word w of step s at
   * {@code (run s + i) LANES + w}; after the whole steps as it was.
   */
  static void arrange(FloatMatrix weight, float[] x, int at, float[] arranged, int to) {
    int run = weight.run();
    int whole = wholeColumns(weight);
    for (int step = 0; step < whole; step += Summation.LANES * run) {
      for (int i = 0; i < run; i++) {
        for (int word = 0; word < Summation.LANES; word++) {
          arranged[to + step + i * Summation.LANES + word] = x[at + step + word * run + i];
        }
      }
    }
    System.arraycopy(x, at + whole, arranged, to + whole, weight.columns() - whole);
  }

  /**
   * Products of one row of x with up to {@link LaneFold#ROWS} weight rows.
   *
   * @param x the arranged row
   * @param sums working memory of {@code LaneFold.ROWS * LANES}
   */
  static void multiply(FloatMatrix weight, int first, int rows, float[] x, int xAt, float[] sums, float[] out, int outAt) {
    int count = rows / LaneFold.STREAMS;
    for (int row = 0; row < count; row++) {
      dotRows(weight, first + row, count, x, xAt, sums, row * Summation.LANES);
    }
    for (int row = count * LaneFold.STREAMS; row < rows; row++) {
      dot(weight, first + row, x, xAt, sums, row * Summation.LANES);
    }
    int whole = wholeColumns(weight);
    if (whole < weight.columns()) {
      addRest(weight, first, rows, whole, x, xAt, sums);
    }
    LaneFold.fold(sums);
    for (int i = 0; i < rows; i++) {
      out[outAt + i] = sums[i] + 0;
    }
  }

  private static void dot(FloatMatrix weight, int row, float[] x, int xAt, float[] sums, int to) {
    int steps = weight.columns() / stepColumns(weight);
    for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
      long at = weight.rowAt(row) + (long) lane * Integer.BYTES;
      switch (weight.dtype()) {
        case F32 -> DenseDot.f32(weight.memory(), at, x, xAt + lane, steps, sums, to + lane);
        case BF16 -> DenseDot.bf16(weight.memory(), at, x, xAt + lane, steps, sums, to + lane);
        case F16 -> DenseDot.f16(weight.memory(), at, x, xAt + lane, steps, sums, to + lane);
        case I8, I32, I64, TERNARY -> throw new IllegalStateException("float matrix of " + weight.dtype());
      }
    }
  }

  /** {@value LaneFold#STREAMS} rows, {@code step} rows apart. */
  private static void dotRows(FloatMatrix weight, int row, int step, float[] x, int xAt, float[] sums, int to) {
    int steps = weight.columns() / stepColumns(weight);
    long rowStride = step * weight.rowBytes();
    int stride = step * Summation.LANES;
    for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
      long at = weight.rowAt(row) + (long) lane * Integer.BYTES;
      switch (weight.dtype()) {
        case F32 -> DenseDot.f32Rows(weight.memory(), at, rowStride, x, xAt + lane, steps, sums, to + lane, stride);
        case BF16 -> DenseDot.bf16Rows(weight.memory(), at, rowStride, x, xAt + lane, steps, sums, to + lane, stride);
        case F16 -> {
          DenseDot.f16Rows(weight.memory(), at, 2 * rowStride, x, xAt + lane, steps, sums, to + lane, 2 * stride);
          DenseDot.f16Rows(weight.memory(), at + rowStride, 2 * rowStride, x, xAt + lane, steps, sums, to + stride + lane, 2 * stride);
        }
        case I8, I32, I64, TERNARY -> throw new IllegalStateException("float matrix of " + weight.dtype());
      }
    }
  }

  private static void addRest(FloatMatrix weight, int first, int rows, int from, float[] x, int xAt, float[] sums) {
    for (int row = 0; row < rows; row++) {
      for (int i = from; i < weight.columns(); i++) {
        int lane = row * Summation.LANES + i / weight.run() % Summation.LANES;
        sums[lane] = Math.fma(x[xAt + i], weight.value(first + row, i), sums[lane]);
      }
    }
  }
}
