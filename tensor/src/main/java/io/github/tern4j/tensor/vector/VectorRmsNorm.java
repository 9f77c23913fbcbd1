package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** {@link RmsNormKernel}, parallel over rows; the gradient of the weight is summed by the chunks of rows that the contract names. */
final class VectorRmsNorm implements RmsNormKernel {

  private final Workers workers;
  private final Scratch partialScratch = new Scratch();
  private final Scratch chunkSums = new Scratch();

  VectorRmsNorm(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out, Tensor rstd) {
    RmsNormKernel.checkRmsNorm(x, weight, out, rstd);
    int n = x.dim(-1);
    Ranges.rows(workers, x.shape().rows(), n, (first, last) -> {
      float[] partial = partialScratch.atLeast(Summation.LANES);
      for (int row = first; row < last; row++) {
        int from = x.arrayOffset() + row * n;
        float r = rstd(x.array(), from, n, eps, partial);
        rstd.array()[rstd.arrayOffset() + row] = r;
        scale(x.array(), from, r, weight.array(), weight.arrayOffset(), n, out.array(), out.arrayOffset() + row * n);
      }
    });
  }

  /** {@code 1 / sqrt(mean square + eps)} of a row. */
  static float rstd(float[] x, int at, int n, float eps, float[] partial) {
    float squares = Rows.dot(x, at, x, at, n, partial);
    return (float) (1 / Math.sqrt((double) squares / n + eps));
  }

  /** {@code out_i = x_i r weight_i} for a row. */
  static void scale(float[] x, int at, float r, float[] weight, int weightAt, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.load(x, at + i).mul(r).mul(Lanes.load(weight, weightAt + i)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = x[at + i] * r * weight[weightAt + i];
    }
  }

  @Override
  public void rmsNormBackward(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, boolean accumulateX,
      Tensor gradWeight, boolean accumulateWeight) {
    RmsNormKernel.checkRmsNormBackward(x, weight, rstd, gradOut, gradX, gradWeight);
    int rows = x.shape().rows();
    int n = x.dim(-1);
    int chunks = Math.ceilDiv(rows, Summation.ROWS_PER_CHUNK);
    float[] sums = chunkSums.atLeast(Math.multiplyExact(chunks + 1, n));
    Ranges.run(workers, rows, Summation.ROWS_PER_CHUNK, (first, last) -> {
      float[] partial = partialScratch.atLeast(Summation.LANES);
      int sumAt = first / Summation.ROWS_PER_CHUNK * n;
      Arrays.fill(sums, sumAt, sumAt + n, 0);
      for (int row = first; row < last; row++) {
        int at = x.arrayOffset() + row * n;
        int gradOutAt = gradOut.arrayOffset() + row * n;
        float r = rstd.array()[rstd.arrayOffset() + row];
        float dot = Rows.dot(gradOut.array(), gradOutAt, weight.array(), weight.arrayOffset(), x.array(), at, n, partial);
        float c = (float) ((double) r * r * dot / n);
        int gradXAt = gradX.arrayOffset() + row * n;
        if (accumulateX) {
          addGradients(x.array(), at, weight.array(), weight.arrayOffset(), r, c, gradOut.array(), gradOutAt, n, gradX.array(),
              gradXAt, sums, sumAt);
        } else {
          gradients(x.array(), at, weight.array(), weight.arrayOffset(), r, c, gradOut.array(), gradOutAt, n, gradX.array(),
              gradXAt, sums, sumAt);
        }
      }
    });
    int total = chunks * n;
    Arrays.fill(sums, total, total + n, 0);
    for (int chunk = 0; chunk < chunks; chunk++) {
      Lanes.add(sums, chunk * n, n, sums, total);
    }
    Lanes.put(sums, total, n, gradWeight.array(), gradWeight.arrayOffset(), accumulateWeight);
  }

  private static void gradients(float[] x, int at, float[] weight, int weightAt, float r, float c, float[] gradOut, int gradOutAt,
      int n, float[] gradX, int gradXAt, float[] sums, int sumAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector value = Lanes.load(x, at + i);
      FloatVector grad = Lanes.load(gradOut, gradOutAt + i);
      grad.fma(value.mul(r), Lanes.load(sums, sumAt + i)).intoArray(sums, sumAt + i);
      grad.mul(Lanes.load(weight, weightAt + i)).sub(value.mul(c)).mul(r).intoArray(gradX, gradXAt + i);
    }
    for (; i < n; i++) {
      float grad = gradOut[gradOutAt + i];
      sums[sumAt + i] = Math.fma(grad, x[at + i] * r, sums[sumAt + i]);
      gradX[gradXAt + i] = (grad * weight[weightAt + i] - x[at + i] * c) * r;
    }
  }

  /**
   * As {@link #gradients}, adding to what {@code gradX} holds. A loop of its own: where one loop decided that for each vector,
   * the JIT was seen to put sums on the heap.
   */
  private static void addGradients(float[] x, int at, float[] weight, int weightAt, float r, float c, float[] gradOut,
      int gradOutAt, int n, float[] gradX, int gradXAt, float[] sums, int sumAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector value = Lanes.load(x, at + i);
      FloatVector grad = Lanes.load(gradOut, gradOutAt + i);
      grad.fma(value.mul(r), Lanes.load(sums, sumAt + i)).intoArray(sums, sumAt + i);
      FloatVector added = grad.mul(Lanes.load(weight, weightAt + i)).sub(value.mul(c)).mul(r);
      Lanes.load(gradX, gradXAt + i).add(added).intoArray(gradX, gradXAt + i);
    }
    for (; i < n; i++) {
      float grad = gradOut[gradOutAt + i];
      sums[sumAt + i] = Math.fma(grad, x[at + i] * r, sums[sumAt + i]);
      gradX[gradXAt + i] += (grad * weight[weightAt + i] - x[at + i] * c) * r;
    }
  }
}
