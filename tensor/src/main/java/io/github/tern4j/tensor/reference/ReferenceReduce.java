package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.ELEMENTS_PER_CHUNK;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.Positions;
import io.github.tern4j.tensor.kernel.ReduceKernel;

/** {@link ReduceKernel} in plain loops. */
final class ReferenceReduce implements ReduceKernel {

  @Override
  public void sumTo(Tensor x, float factor, Tensor out, boolean accumulate) {
    ReduceKernel.checkSumTo(x, out);
    int[] from = Positions.of(x, 0);
    // Which sum each element of x belongs to: positions in a contiguous tensor of out's shape, stretched to that of x.
    int[] sumOf = Positions.of(Tensor.zeros(out.shape()).expand(x.shape()), 0);
    double[] sums = new double[out.shape().intSize()];
    for (int i = 0; i < from.length; i++) {
      sums[sumOf[i]] += x.array()[from[i]];
    }
    int[] to = Positions.of(out, 0);
    float[] values = out.array();
    for (int i = 0; i < to.length; i++) {
      float value = (float) (sums[i] * factor);
      values[to[i]] = accumulate ? values[to[i]] + value : value;
    }
  }

  @Override
  public void maxLast(Tensor x, Tensor out, int[] index) {
    ReduceKernel.checkMaxLast(x, out, index);
    float[] values = x.array();
    int columns = x.dim(1);
    for (int row = 0; row < index.length; row++) {
      int start = x.arrayOffset() + row * columns;
      int best = 0;
      for (int column = 1; column < columns; column++) {
        float value = values[start + column];
        float largest = values[start + best];
        if (value > largest || Float.isNaN(value) && !Float.isNaN(largest)) {
          best = column;
        }
      }
      out.array()[out.arrayOffset() + row] = values[start + best];
      index[row] = best;
    }
  }

  @Override
  public double sumOfSquares(Tensor x) {
    ReduceKernel.checkSumOfSquares(x);
    float[] values = x.array();
    int end = x.arrayOffset() + x.shape().intSize();
    double total = 0;
    for (int chunk = x.arrayOffset(); chunk < end; chunk += ELEMENTS_PER_CHUNK) {
      double sum = 0;
      for (int i = chunk; i < Math.min(end, chunk + ELEMENTS_PER_CHUNK); i++) {
        sum += (double) values[i] * values[i];
      }
      total += sum;
    }
    return total;
  }
}
