package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;

/** Divergence of the relations between tokens. */
public final class Relation {

  private Relation() {}

  /**
   * Mean over batch, split heads and unpadded query tokens of {@code KL(R_teacher || R_student)} with
   * {@code R = softmax(f(x) f(x)^T c)} (Wu et al. 2025, algorithm 1; see {@link RelationKernel} and {@link RelationMode}). Saves
   * its inputs.
   *
   * @param teacher {@code [batch, tokens, splitHeads, width]}, a constant
   * @param student {@code [batch, tokens, splitHeads, its own width]}
   * @param lengths unpadded tokens of each batch entry
   * @return a scalar
   */
  public static Variable relation(Tape tape, Tensor teacher, Variable student, int[] lengths, RelationMode mode, float temperature) {
    RelationKernel kernel = tape.kernel(RelationKernel.class);
    int splitHeads = student.dim(2);
    Tensor losses = tape.allocate(student.dim(0), splitHeads, student.dim(1));
    kernel.relation(teacher, student.value(), lengths, mode, temperature, losses);
    long queries = 0;
    for (int length : lengths) {
      queries += length;
    }
    float share = 1f / Math.max(1, queries * splitHeads);
    Tensor loss = tape.allocate(1);
    tape.kernel(ReduceKernel.class).sumTo(losses.reshape(-1), share, loss, false);
    return tape.result("relation", loss, gradOut -> {
      GradientTarget gradStudent = student.gradientTarget();
      kernel.relationBackward(teacher, student.value(), lengths, mode, temperature, share * tape.scalar(gradOut),
          gradStudent.tensor(), gradStudent.accumulate());
    }, student).reshape();
  }
}
