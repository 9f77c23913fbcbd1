package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import java.util.function.BiFunction;

/**
 * Gradient checkpointing (Chen et al. 2016): a block keeps its input alone and runs its forward pass again in the backward pass.
 * The kernels are the same, so values and gradients have the same bits as without.
 */
public final class Checkpoint {

  private Checkpoint() {}

  /**
   * Runs {@code block} so that only {@code x} and the result stay in memory, on an inference tape too.
   *
   * @param block a pure function of the tape and the input; parameters it uses get their gradients as usual
   * @param x contiguous input
   */
  public static Variable checkpoint(Tape tape, Variable x, BiFunction<Tape, Variable, Variable> block) {
    Tensor out;
    try (Tape forward = tape.nested(false)) {
      out = block.apply(forward, forward.constant(x.value())).value();
      forward.moveTo(tape, out);
    }
    return tape.result("checkpoint", out, gradOut -> {
      try (Tape again = tape.nested(true)) {
        Variable input = again.input(x.value());
        again.backward(block.apply(again, input), gradOut);
        if (x.requiresGradient()) {
          GradientTarget target = x.gradientTarget();
          tape.kernel(CopyKernel.class).copy(input.gradient(), 1, target.tensor(), target.accumulate());
        }
        input.gradientBuffer().release();
      }
    }, true);
  }
}
