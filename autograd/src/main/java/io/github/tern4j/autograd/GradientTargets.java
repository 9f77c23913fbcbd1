package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;

/**
 * Separate places for the gradients of several inputs that one kernel call computes together.
 *
 * <p>An input that needs no gradient gets scratch memory that is thrown away, and one whose gradient lies in the same buffer as
 * an earlier input's (the same variable used twice) gets scratch memory that {@link #settle} adds.
 */
public final class GradientTargets {

  private final Tape tape;
  private final Variable[] inputs;
  private final GradientTarget[] targets;
  private final boolean[] scratch;

  /** Claims a place for each input, in this order. */
  public GradientTargets(Tape tape, Variable... inputs) {
    this.tape = tape;
    this.inputs = inputs;
    this.targets = new GradientTarget[inputs.length];
    this.scratch = new boolean[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      scratch[i] = !inputs[i].requiresGradient() || sharesWithEarlier(i);
      targets[i] = scratch[i] ? new GradientTarget(tape.allocate(inputs[i].shape()), false) : inputs[i].gradientTarget();
    }
  }

  private boolean sharesWithEarlier(int index) {
    for (int i = 0; i < index; i++) {
      if (inputs[i].gradientBuffer() == inputs[index].gradientBuffer()) {
        return true;
      }
    }
    return false;
  }

  /** Where the gradient of input {@code index} goes. */
  public Tensor tensor(int index) {
    return targets[index].tensor();
  }

  /** Whether it is added to what is there. */
  public boolean accumulate(int index) {
    return targets[index].accumulate();
  }

  /** To be called when the kernel has written all targets. */
  public void settle() {
    for (int i = 0; i < inputs.length; i++) {
      if (scratch[i]) {
        if (inputs[i].requiresGradient()) {
          GradientTarget target = inputs[i].gradientTarget();
          tape.kernel(CopyKernel.class).copy(targets[i].tensor(), 1, target.tensor(), target.accumulate());
        }
        tape.release(targets[i].tensor());
      }
    }
  }
}
