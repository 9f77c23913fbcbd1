package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;

/** Repeats along dimensions of size 1. */
public final class Expand {

  private Expand() {}

  /** {@code x} repeated to {@code shape}, in memory of its own; derivative: dOut summed back to the shape of x. */
  public static Variable expand(Tape tape, Variable x, Shape shape) {
    Tensor out = tape.allocate(shape);
    tape.kernel(CopyKernel.class).copy(x.value().expand(shape), 1, out, false);
    return tape.result("expand", out, gradOut -> {
      GradientTarget gradX = x.gradientTarget();
      tape.kernel(ReduceKernel.class).sumTo(gradOut, 1, gradX.tensor(), gradX.accumulate());
    }, x);
  }
}
