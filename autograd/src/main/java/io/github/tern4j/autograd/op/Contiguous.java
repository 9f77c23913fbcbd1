package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;

/** Makes strided views contiguous. */
public final class Contiguous {

  private Contiguous() {}

  /** {@code x} itself when its elements are contiguous, else a copy; derivative dOut. */
  public static Variable contiguous(Tape tape, Variable x) {
    return x.value().isContiguous() ? x : copy(tape, x);
  }

  private static Variable copy(Tape tape, Variable x) {
    CopyKernel kernel = tape.kernel(CopyKernel.class);
    Tensor out = tape.allocate(x.shape());
    kernel.copy(x.value(), 1, out, false);
    return tape.result("contiguous", out, gradOut -> {
      GradientTarget gradX = x.gradientTarget();
      kernel.copy(gradOut, 1, gradX.tensor(), gradX.accumulate());
    }, x);
  }
}
