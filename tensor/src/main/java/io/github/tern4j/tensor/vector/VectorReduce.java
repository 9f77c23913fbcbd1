package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.FloatStorage;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.Positions;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import java.util.Arrays;

/** {@link ReduceKernel}: row maxima and sums of squares in parallel, sums to a smaller shape row by row in order. */
final class VectorReduce implements ReduceKernel {

  private static final int X = 0;
  private static final int SUM = 1;

  private final Workers workers;
  private final ChunkSums chunkSums;
  private final Scratch placeScratch = new Scratch();
  private double[] sums = new double[0];

  VectorReduce(Workers workers) {
    this.workers = workers;
    this.chunkSums = new ChunkSums(workers);
  }

  @Override
  public void sumTo(Tensor x, float factor, Tensor out, boolean accumulate) {
    ReduceKernel.checkSumTo(x, out);
    int size = out.shape().intSize();
    if (sums.length < size) {
      sums = new double[size];
    }
    Arrays.fill(sums, 0, size, 0);
    // Which sum each element of x belongs to: only the strides of this tensor count.
    Tensor places = Tensor.of(new FloatStorage(placeScratch.atLeast(size)), out.shape()).expand(x.shape());
    StridedRows rows = StridedRows.of(x, places);
    for (int row = 0; row < rows.rows() && x.size() > 0; row++) {
      int at = rows.at(X, row);
      int to = rows.at(SUM, row);
      if (rows.stride(SUM) == 0) {
        sums[to] = sumAscending(rows.array(X), at, rows.stride(X), rows.width(), sums[to]);
      } else {
        addRow(rows.array(X), at, rows.stride(X), rows.width(), sums, to, rows.stride(SUM));
      }
    }
    int[] outAt = Positions.of(out, 0);
    float[] values = out.array();
    for (int i = 0; i < outAt.length; i++) {
      float value = (float) (sums[i] * factor);
      values[outAt[i]] = accumulate ? values[outAt[i]] + value : value;
    }
  }

  private static double sumAscending(float[] x, int at, int stride, int n, double start) {
    double sum = start;
    for (int i = 0; i < n; i++) {
      sum += x[at + i * stride];
    }
    return sum;
  }

  private static void addRow(float[] x, int at, int stride, int n, double[] sums, int to, int sumStride) {
    for (int i = 0; i < n; i++) {
      sums[to + i * sumStride] += x[at + i * stride];
    }
  }

  @Override
  public void maxLast(Tensor x, Tensor out, int[] index) {
    ReduceKernel.checkMaxLast(x, out, index);
    int columns = x.dim(1);
    float[] values = x.array();
    Ranges.rows(workers, index.length, columns, (first, last) -> {
      for (int row = first; row < last; row++) {
        int at = x.arrayOffset() + row * columns;
        float max = Rows.max(values, at, columns);
        int column = 0;
        while (!(values[at + column] == max || Float.isNaN(max) && Float.isNaN(values[at + column]))) {
          column++;
        }
        out.array()[out.arrayOffset() + row] = values[at + column];
        index[row] = column;
      }
    });
  }

  @Override
  public double sumOfSquares(Tensor x) {
    ReduceKernel.checkSumOfSquares(x);
    return chunkSums.squares(x.array(), x.arrayOffset(), x.shape().intSize());
  }
}
