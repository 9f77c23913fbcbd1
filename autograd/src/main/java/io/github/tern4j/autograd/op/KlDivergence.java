package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;

/** Divergence of a student's logits from a teacher's. */
public final class KlDivergence {

  private KlDivergence() {}

  /**
   * Mean over the kept rows of {@code KL(softmax(teacher / tau) || softmax(student / tau))} (Hinton et al. 2015; Wu et al. 2025,
   * eq. 9); derivative {@code dOut / (kept tau) (softmax(student / tau) - softmax(teacher / tau))}. No factor tau^2 here. Without
   * any kept row the loss is 0.
   *
   * @param teacher logits {@code [rows, classes]}, a constant
   * @param student logits {@code [rows, classes]}
   * @param keep which rows take part
   * @return a scalar
   */
  public static Variable klDivergence(Tape tape, Tensor teacher, Variable student, float tau, boolean[] keep) {
    KlDivergenceKernel kernel = tape.kernel(KlDivergenceKernel.class);
    Tensor losses = tape.allocate(keep.length);
    kernel.klDivergence(teacher, student.value(), tau, keep, losses);
    int kept = 0;
    for (boolean row : keep) {
      kept += row ? 1 : 0;
    }
    float share = 1f / Math.max(1, kept);
    Tensor loss = tape.allocate(1);
    tape.kernel(ReduceKernel.class).sumTo(losses, share, loss, false);
    return tape.result("klDivergence", loss, gradOut -> {
      GradientTarget gradStudent = student.gradientTarget();
      kernel.klDivergenceBackward(teacher, student.value(), tau, keep, share * tape.scalar(gradOut),
          gradStudent.tensor(), gradStudent.accumulate());
    }, student).reshape();
  }
}
