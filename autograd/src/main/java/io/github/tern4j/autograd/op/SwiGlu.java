package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTargets;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SwiGluKernel;

/** Gated linear unit with SiLU. */
public final class SwiGlu {

  private SwiGlu() {}

  /**
   * {@code out = silu(gate) up} (Shazeer 2020); derivatives {@code dGate = dOut up s (1 + gate (1 - s))} with
   * {@code s = sigmoid(gate)}, {@code dUp = dOut gate s}. Saves its inputs, which have one shape.
   */
  public static Variable swiGlu(Tape tape, Variable gate, Variable up) {
    SwiGluKernel kernel = tape.kernel(SwiGluKernel.class);
    Tensor out = tape.allocate(gate.shape());
    kernel.swiGlu(gate.value(), up.value(), out);
    return tape.result("swiGlu", out, gradOut -> {
      GradientTargets targets = new GradientTargets(tape, gate, up);
      kernel.swiGluBackward(gate.value(), up.value(), gradOut, targets.tensor(0), targets.accumulate(0),
          targets.tensor(1), targets.accumulate(1));
      targets.settle();
    }, gate, up);
  }
}
