package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;

/** {@link SoftmaxKernel} row by row. */
final class ReferenceSoftmax implements SoftmaxKernel {

  @Override
  public void softmax(Tensor x, Tensor out) {
    SoftmaxKernel.checkSoftmax(x, out);
    int n = x.dim(-1);
    for (int row = 0; row < x.shape().rows(); row++) {
      int from = x.arrayOffset() + row * n;
      int to = out.arrayOffset() + row * n;
      float max = RowSums.max(x.array(), from, n);
      boolean masked = max == Float.NEGATIVE_INFINITY;
      float sum = RowSums.expSum(x.array(), from, n, max, 1);
      for (int i = 0; i < n; i++) {
        out.array()[to + i] = masked ? 0 : FloatMath.exp(x.array()[from + i] - max) / sum;
      }
    }
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    SoftmaxKernel.checkSoftmaxBackward(y, gradOut, gradX);
    int n = y.dim(-1);
    for (int row = 0; row < y.shape().rows(); row++) {
      int atY = y.arrayOffset() + row * n;
      int atOut = gradOut.arrayOffset() + row * n;
      int atX = gradX.arrayOffset() + row * n;
      float dot = RowSums.dot(gradOut.array(), atOut, y.array(), atY, n);
      for (int i = 0; i < n; i++) {
        float grad = y.array()[atY + i] * (gradOut.array()[atOut + i] - dot);
        gradX.array()[atX + i] = accumulate ? gradX.array()[atX + i] + grad : grad;
      }
    }
  }

  @Override
  public void logSoftmax(Tensor x, Tensor out) {
    SoftmaxKernel.checkSoftmax(x, out);
    int n = x.dim(-1);
    for (int row = 0; row < x.shape().rows(); row++) {
      int from = x.arrayOffset() + row * n;
      int to = out.arrayOffset() + row * n;
      float max = RowSums.max(x.array(), from, n);
      boolean masked = max == Float.NEGATIVE_INFINITY;
      float logSum = RowSums.ln(RowSums.expSum(x.array(), from, n, max, 1));
      for (int i = 0; i < n; i++) {
        out.array()[to + i] = masked ? max : x.array()[from + i] - max - logSum;
      }
    }
  }

  @Override
  public void logSoftmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    SoftmaxKernel.checkSoftmaxBackward(y, gradOut, gradX);
    int n = y.dim(-1);
    for (int row = 0; row < y.shape().rows(); row++) {
      int atY = y.arrayOffset() + row * n;
      int atOut = gradOut.arrayOffset() + row * n;
      int atX = gradX.arrayOffset() + row * n;
      float sum = RowSums.sum(gradOut.array(), atOut, n);
      for (int i = 0; i < n; i++) {
        float grad = gradOut.array()[atOut + i] - FloatMath.exp(y.array()[atY + i]) * sum;
        gradX.array()[atX + i] = accumulate ? gradX.array()[atX + i] + grad : grad;
      }
    }
  }
}
