package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** {@link SoftmaxKernel}, parallel over rows; softmax computes each exponential once and divides in a second pass. */
final class VectorSoftmax implements SoftmaxKernel {

  private final Workers workers;

  VectorSoftmax(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void softmax(Tensor x, Tensor out) {
    SoftmaxKernel.checkSoftmax(x, out);
    int n = x.dim(-1);
    Ranges.rows(workers, x.shape().rows(), n, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      for (int row = first; row < last; row++) {
        int from = x.arrayOffset() + row * n;
        int to = out.arrayOffset() + row * n;
        float max = Rows.max(x.array(), from, n);
        if (max == Float.NEGATIVE_INFINITY) {
          Arrays.fill(out.array(), to, to + n, 0);
        } else {
          float sum = Rows.expSumInto(x.array(), from, n, max, out.array(), to, partial);
          Rows.divide(out.array(), to, n, sum);
        }
      }
    });
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    SoftmaxKernel.checkSoftmaxBackward(y, gradOut, gradX);
    int n = y.dim(-1);
    Ranges.rows(workers, y.shape().rows(), n, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      for (int row = first; row < last; row++) {
        int atY = y.arrayOffset() + row * n;
        int atOut = gradOut.arrayOffset() + row * n;
        int atX = gradX.arrayOffset() + row * n;
        float dot = Rows.dot(gradOut.array(), atOut, y.array(), atY, n, partial);
        gradient(y.array(), atY, gradOut.array(), atOut, n, dot, gradX.array(), atX, accumulate);
      }
    });
  }

  private static void gradient(
      float[] y, int atY, float[] gradOut, int atOut, int n, float dot, float[] gradX, int atX, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector grad = Lanes.load(y, atY + i).mul(Lanes.load(gradOut, atOut + i).sub(dot));
      Lanes.store(grad, gradX, atX + i, add);
    }
    for (; i < n; i++) {
      Lanes.store(y[atY + i] * (gradOut[atOut + i] - dot), gradX, atX + i, add);
    }
  }

  @Override
  public void logSoftmax(Tensor x, Tensor out) {
    SoftmaxKernel.checkSoftmax(x, out);
    int n = x.dim(-1);
    Ranges.rows(workers, x.shape().rows(), n, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      for (int row = first; row < last; row++) {
        int from = x.arrayOffset() + row * n;
        int to = out.arrayOffset() + row * n;
        float max = Rows.max(x.array(), from, n);
        if (max == Float.NEGATIVE_INFINITY) {
          Arrays.fill(out.array(), to, to + n, max);
        } else {
          float logSum = (float) Math.log(Rows.expSum(x.array(), from, n, max, 1, partial));
          subtract(x.array(), from, n, max, logSum, out.array(), to);
        }
      }
    });
  }

  private static void subtract(float[] x, int from, int n, float max, float logSum, float[] out, int to) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.load(x, from + i).sub(max).sub(logSum).intoArray(out, to + i);
    }
    for (; i < n; i++) {
      out[to + i] = x[from + i] - max - logSum;
    }
  }

  @Override
  public void logSoftmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    SoftmaxKernel.checkSoftmaxBackward(y, gradOut, gradX);
    int n = y.dim(-1);
    Ranges.rows(workers, y.shape().rows(), n, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      for (int row = first; row < last; row++) {
        int atY = y.arrayOffset() + row * n;
        int atOut = gradOut.arrayOffset() + row * n;
        int atX = gradX.arrayOffset() + row * n;
        float sum = Rows.sum(gradOut.array(), atOut, n, partial);
        logGradient(y.array(), atY, gradOut.array(), atOut, n, sum, gradX.array(), atX, accumulate);
      }
    });
  }

  private static void logGradient(
      float[] y, int atY, float[] gradOut, int atOut, int n, float sum, float[] gradX, int atX, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector grad = Lanes.load(gradOut, atOut + i).sub(VectorMath.exp(Lanes.load(y, atY + i)).mul(sum));
      Lanes.store(grad, gradX, atX + i, add);
    }
    for (; i < n; i++) {
      Lanes.store(gradOut[atOut + i] - FloatMath.exp(y[atY + i]) * sum, gradX, atX + i, add);
    }
  }
}
