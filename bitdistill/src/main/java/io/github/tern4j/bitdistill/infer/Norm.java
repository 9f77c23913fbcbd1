package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RmsNormKernel;

/**
 * An RMSNorm.
 *
 * @param weight {@code [width]}
 * @param eps added to the mean square
 * @param kernel computes it
 */
record Norm(Tensor weight, float eps, RmsNormKernel kernel) {

  /** Norms the rows of {@code x} into {@code out}, which may be the same. */
  void apply(Tensor x, Activation out) {
    kernel.rmsNorm(x, weight, eps, out.overwrite(), out.rstd());
  }

  /** Norms the rows of {@code x} in place, with a number for each row in {@code rstd}. */
  void inPlace(Tensor x, Tensor rstd) {
    kernel.rmsNorm(x, weight, eps, x, rstd);
  }
}
