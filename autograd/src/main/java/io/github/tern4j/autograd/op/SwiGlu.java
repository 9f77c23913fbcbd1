package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SwiGluKernel;

/** Gated linear unit with SiLU. */
public final class SwiGlu {

  private SwiGlu() {}

  /**
   * {@code out = silu(gate) up} (Shazeer 2020); derivatives {@code dGate = dOut up s (1 + gate (1 - s))} with
   * {@code s = sigmoid(gate)}, {@code dUp = dOut gate s}. Saves its inputs, which have one shape and both need gradients or neither.
   */
  public static Variable swiGlu(Tape tape, Variable gate, Variable up) {
    SwiGluKernel kernel = tape.kernel(SwiGluKernel.class);
    Tensor out = tape.allocate(gate.shape());
    kernel.swiGlu(gate.value(), up.value(), out);
    return tape.result("swiGlu", out, gradOut -> {
      GradientTarget gradGate = gate.gradientTarget();
      GradientTarget gradUp = up.gradientTarget();
      kernel.swiGluBackward(gate.value(), up.value(), gradOut, gradGate.tensor(), gradGate.accumulate(),
          gradUp.tensor(), gradUp.accumulate());
    }, gate, up);
  }
}
