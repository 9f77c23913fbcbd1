package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RopeKernel;

/** Rotary position embedding. */
public final class Rope {

  private Rope() {}

  /**
   * Rotates the pairs {@code (x_i, x_{i + headDim/2})} by angles given as cosine and sine (see {@link RopeKernel}); derivative:
   * the inverse rotation of dOut. Saves nothing but the tables.
   *
   * @param x {@code [batch, tokens, heads, headDim]}
   * @param cos {@code [tokens, headDim / 2]}
   * @param sin the same
   */
  public static Variable rope(Tape tape, Variable x, Tensor cos, Tensor sin) {
    RopeKernel kernel = tape.kernel(RopeKernel.class);
    Tensor out = tape.allocate(x.shape());
    kernel.rope(x.value(), cos, sin, false, out, false);
    return tape.result("rope", out, gradOut -> {
      GradientTarget gradX = x.gradientTarget();
      kernel.rope(gradOut, cos, sin, true, gradX.tensor(), gradX.accumulate());
    }, x);
  }
}
