package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.Int8Dot.STEP_COLUMNS;

import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.kernel.Summation;

/** {@link IntegerRows} of an int8 weight. */
final class Int8Rows implements IntegerRows<Int8Matrix> {

  @Override
  public int arrangedLength(Int8Matrix weight) {
    return weight.columns();
  }

  @Override
  public int sumsPerRow(Int8Matrix weight) {
    return weight.groups();
  }

  @Override
  public void arrange(Int8Matrix weight, short[] codes, short[] arranged, int to) {
    System.arraycopy(codes, 0, arranged, to, weight.columns());
  }

  @Override
  public void multiply(Int8Matrix weight, int first, int rows, short[] x, int xAt, int[] sums, int to) {
    int steps = weight.columns() / STEP_COLUMNS;
    int count = rows / LaneFold.STREAMS;
    long rowStride = (long) count * weight.columns();
    for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
      for (int row = 0; row < count; row++) {
        Int8Dot.multiplyRows(weight.memory(), weight.rowAt(first + row) + 2 * lane, rowStride, x, xAt + 2 * lane, steps, sums,
            to + row * Summation.LANES + lane, count * Summation.LANES);
      }
      for (int row = count * LaneFold.STREAMS; row < rows; row++) {
        Int8Dot.multiply(weight.memory(), weight.rowAt(first + row) + 2 * lane, x, xAt + 2 * lane, steps, sums,
            to + row * Summation.LANES + lane);
      }
    }
    addRest(weight, first, rows, x, xAt, sums, to);
  }

  @Override
  public void multiplyTokens(Int8Matrix weight, int first, int rows, short[] x, int xAt, int[] sums, int stride) {
    int columns = weight.columns();
    for (int row = 0; row < rows; row++) {
      for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
        Int8Dot.multiplyTokens(weight.memory(), weight.rowAt(first + row) + 2 * lane, x, xAt + 2 * lane, columns,
            columns / STEP_COLUMNS, sums, row * Summation.LANES + lane, stride);
      }
    }
    for (int token = 0; token < TOKENS; token++) {
      addRest(weight, first, rows, x, xAt + token * columns, sums, token * stride);
    }
  }

  @Override
  public void scale(Int8Matrix weight, int first, int rows, int[] sums, int at, float[] xScales, int xScaleAt, float[] lanes) {
    Int8Dot.scale(sums, at, rows, xScales, xScaleAt, lanes);
  }

  @Override
  public void finish(Int8Matrix weight, int first, int rows, float[] sums, float[] out, int outAt) {
    for (int row = 0; row < rows; row++) {
      out[outAt + row] = weight.rowScale(first + row) * sums[row] + 0;
    }
  }

  /** Adds what lies behind the last whole step. */
  private static void addRest(Int8Matrix weight, int first, int rows, short[] x, int xAt, int[] sums, int to) {
    for (int column = weight.columns() / STEP_COLUMNS * STEP_COLUMNS; column < weight.columns(); column++) {
      int lane = to + weight.group(column);
      for (int row = 0; row < rows; row++) {
        sums[lane + row * Summation.LANES] += weight.code(first + row, column) * x[xAt + column];
      }
    }
  }
}
