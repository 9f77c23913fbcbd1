package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/**
 * An RMSNorm.
 *
 * @param weight {@code [width]}
 * @param eps added to the mean square
 * @param steps compute it
 */
record Norm(Tensor weight, float eps, Steps steps) {

  /** Norms the rows of {@code x} into {@code out}, which may be the same. */
  void apply(Tensor x, Activation out) {
    steps.norm(x, weight, eps, out.overwrite(), out.rstd());
  }

  /** Norms all heads of the rows of {@code x} in place, with a number for each head in {@code rstd}. */
  void inPlace(Tensor x, Tensor rstd) {
    steps.norm(x, weight, eps, x, rstd);
  }
}
