package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTargets;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RmsNormKernel;

/** Root-mean-square norm. */
public final class RmsNorm {

  private RmsNorm() {}

  /**
   * {@code out = weight x / sqrt(mean(x^2) + eps)} over the last dimension (Zhang and Sennrich 2019). The derivative is stated at
   * {@link RmsNormKernel#rmsNormBackward}. Saves x and one number a row.
   *
   * @param x {@code [.., n]}, contiguous
   * @param weight {@code [n]}
   * @return {@code [.., n]}
   */
  public static Variable rmsNorm(Tape tape, Variable x, Variable weight, float eps) {
    Variable in = Contiguous.contiguous(tape, x);
    RmsNormKernel kernel = tape.kernel(RmsNormKernel.class);
    Tensor out = tape.allocate(in.shape());
    Tensor rstd = tape.allocate(in.shape().rows());
    kernel.rmsNorm(in.value(), weight.value(), eps, out, rstd);
    return tape.result("rmsNorm", out, gradOut -> {
      GradientTargets targets = new GradientTargets(tape, in, weight);
      kernel.rmsNormBackward(in.value(), weight.value(), rstd, gradOut, targets.tensor(0), targets.accumulate(0),
          targets.tensor(1), targets.accumulate(1));
      targets.settle();
    }, in, weight);
  }
}
