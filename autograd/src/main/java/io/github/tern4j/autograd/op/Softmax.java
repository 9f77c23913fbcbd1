package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;

/** Softmax and its logarithm. */
public final class Softmax {

  private Softmax() {}

  /**
   * {@code y_i = exp(x_i) / sum_j exp(x_j)} along {@code axis}; derivative {@code dX = y (dY - sum_j dY_j y_j)}. Saves y. Along
   * another axis than the last the result is a transposed view.
   */
  public static Variable softmax(Tape tape, Variable x, int axis) {
    Variable in = Contiguous.contiguous(tape, x.transpose(axis, -1));
    SoftmaxKernel kernel = tape.kernel(SoftmaxKernel.class);
    Tensor y = tape.allocate(in.shape());
    kernel.softmax(in.value(), y);
    return tape.result("softmax", y, gradOut -> {
      GradientTarget gradX = in.gradientTarget();
      kernel.softmaxBackward(y, gradOut, gradX.tensor(), gradX.accumulate());
    }, in).transpose(axis, -1);
  }

  /** {@code y_i = x_i - ln sum_j exp(x_j)} along the last dimension; derivative {@code dX = dY - exp(y) sum_j dY_j}. Saves y. */
  public static Variable logSoftmax(Tape tape, Variable x) {
    Variable in = Contiguous.contiguous(tape, x);
    SoftmaxKernel kernel = tape.kernel(SoftmaxKernel.class);
    Tensor y = tape.allocate(in.shape());
    kernel.logSoftmax(in.value(), y);
    return tape.result("logSoftmax", y, gradOut -> {
      GradientTarget gradX = in.gradientTarget();
      kernel.logSoftmaxBackward(y, gradOut, gradX.tensor(), gradX.accumulate());
    }, in);
  }
}
