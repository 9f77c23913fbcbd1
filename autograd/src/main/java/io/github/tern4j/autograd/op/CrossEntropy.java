package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;

/** Cross-entropy with integer targets. */
public final class CrossEntropy {

  private CrossEntropy() {}

  /**
   * Mean of {@code -ln softmax(logits)[target]} over the rows whose target is not {@link CrossEntropyKernel#IGNORED}; derivative
   * {@code dOut / kept (softmax(logits) - onehot(target))}, zero for ignored rows. Without any kept row the loss is 0. Saves the
   * logits and one number a row.
   *
   * @param logits {@code [rows, classes]}
   * @return a scalar
   */
  public static Variable crossEntropy(Tape tape, Variable logits, int[] targets) {
    CrossEntropyKernel kernel = tape.kernel(CrossEntropyKernel.class);
    Tensor losses = tape.allocate(targets.length);
    Tensor logSumExp = tape.allocate(targets.length);
    kernel.crossEntropy(logits.value(), targets, losses, logSumExp);
    int kept = 0;
    for (int target : targets) {
      kept += target == CrossEntropyKernel.IGNORED ? 0 : 1;
    }
    float share = 1f / Math.max(1, kept);
    Tensor loss = tape.allocate(1);
    tape.kernel(ReduceKernel.class).sumTo(losses, share, loss, false);
    return tape.result("crossEntropy", loss, gradOut -> {
      GradientTarget gradLogits = logits.gradientTarget();
      kernel.crossEntropyBackward(logits.value(), targets, logSumExp, share * tape.scalar(gradOut),
          gradLogits.tensor(), gradLogits.accumulate());
    }, logits).reshape();
  }
}
