package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RmsNormKernel;

/** {@link RmsNormKernel}, fast forwards. */
final class ScalarRmsNorm implements RmsNormKernel {

  private final RmsNormKernel reference;

  ScalarRmsNorm(RmsNormKernel reference) {
    this.reference = reference;
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out, Tensor rstd) {
    RmsNormKernel.checkRmsNorm(x, weight, out, rstd);
    int n = x.dim(-1);
    for (int row = 0; row < x.shape().rows(); row++) {
      rstd.array()[rstd.arrayOffset() + row] = normRow(x, row * n, weight, n, eps, out);
    }
  }

  /** Norms {@code n} elements from {@code at} on and returns the factor. */
  static float normRow(Tensor x, int at, Tensor weight, int n, float eps, Tensor out) {
    float squares = RowLoops.squares(x.array(), x.arrayOffset() + at, n);
    float r = (float) (1 / Math.sqrt((double) squares / n + eps));
    RowLoops.scale(x.array(), x.arrayOffset() + at, r, weight.array(), weight.arrayOffset(), n, out.array(),
        out.arrayOffset() + at);
    return r;
  }

  @Override
  public void rmsNormBackward(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, boolean accumulateX,
      Tensor gradWeight, boolean accumulateWeight) {
    reference.rmsNormBackward(x, weight, rstd, gradOut, gradX, accumulateX, gradWeight, accumulateWeight);
  }
}
