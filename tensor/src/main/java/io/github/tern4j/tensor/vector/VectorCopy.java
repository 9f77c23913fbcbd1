package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.CopyKernel;
import java.util.Arrays;

/** {@link CopyKernel}, parallel over rows; transposed views are copied in square blocks, so that both sides use whole cache lines. */
final class VectorCopy implements CopyKernel {

  private static final int X = 0;
  private static final int OUT = 1;

  /** Side of a block of a transposition: a cache line of floats. */
  private static final int BLOCK = 16;

  private final Workers workers;

  VectorCopy(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void copy(Tensor x, float factor, Tensor out, boolean accumulate) {
    CopyKernel.checkCopy(x, out);
    StridedRows rows = StridedRows.of(x, out);
    if (rows.stride(X) == 1 && rows.stride(OUT) == 1) {
      rows.forEach(workers, (row, column, n) ->
          copyRow(rows.array(X), rows.at(X, row) + column, factor, n, rows.array(OUT), rows.at(OUT, row) + column, accumulate));
    } else if (out.size() > 0) {
      copyBlocks(rows, factor, accumulate);
    }
  }

  private static void copyRow(float[] x, int at, float factor, int n, float[] out, int outAt, boolean add) {
    if (add) {
      Lanes.addScaled(x, at, factor, n, out, outAt);
    } else if (factor == 1) {
      System.arraycopy(x, at, out, outAt, n);
    } else {
      Lanes.scale(x, at, factor, n, out, outAt, false);
    }
  }

  /** Groups of neighbouring rows, cut into blocks of columns. */
  private void copyBlocks(StridedRows rows, float factor, boolean accumulate) {
    int groups = Math.ceilDiv(rows.siblings(), BLOCK);
    int tasks = rows.rows() / rows.siblings() * groups;
    Ranges.rows(workers, tasks, BLOCK * rows.width(), (first, last) -> {
      for (int task = first; task < last; task++) {
        int row = task / groups * rows.siblings() + task % groups * BLOCK;
        int height = Math.min(BLOCK, rows.siblings() - task % groups * BLOCK);
        for (int column = 0; column < rows.width(); column += BLOCK) {
          int width = Math.min(BLOCK, rows.width() - column);
          for (int i = 0; i < height; i++) {
            copyStrided(rows.array(X), rows.at(X, row) + i * rows.rowStride(X) + column * rows.stride(X), rows.stride(X), factor,
                width, rows.array(OUT), rows.at(OUT, row) + i * rows.rowStride(OUT) + column * rows.stride(OUT), rows.stride(OUT),
                accumulate);
          }
        }
      }
    });
  }

  private static void copyStrided(
      float[] x, int at, int stride, float factor, int n, float[] out, int outAt, int outStride, boolean add) {
    for (int i = 0; i < n; i++) {
      float value = x[at + i * stride];
      int to = outAt + i * outStride;
      out[to] = add ? Math.fma(factor, value, out[to]) : factor == 1 ? value : factor * value;
    }
  }

  @Override
  public void fill(float value, Tensor out) {
    CopyKernel.checkFill(out);
    StridedRows rows = StridedRows.of(out);
    rows.forEach(workers, (row, column, n) -> {
      int stride = rows.stride(0);
      int at = rows.at(0, row) + column * stride;
      if (stride == 1) {
        Arrays.fill(rows.array(0), at, at + n, value);
      } else {
        for (int i = 0; i < n; i++) {
          rows.array(0)[at + i * stride] = value;
        }
      }
    });
  }
}
