package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;

/**
 * Divergence of attention relations (Wu et al. 2025, algorithm 1 and eq. 10-13). For each batch entry and split head the tokens'
 * vectors give scores {@code S = f(x) f(x)^T c} (see {@link RelationMode}), relations {@code R = softmax(S)} over the keys, and
 * {@code loss = KL(R_T || R_S)} for every query row. There is no causal mask. Teacher and student may have different widths.
 *
 * <p>Tokens from {@code lengths[b]} on are padding: they are neither query nor key, their loss and gradient are 0. Probabilities
 * are limited below to {@link #SMALLEST_PROBABILITY} before the logarithm in the loss; the gradient ignores that limit. A norm
 * below {@link #SMALLEST_NORM} counts as a constant in the gradient.
 *
 * <p><b>Exactness:</b> as {@link AttentionKernel}.
 */
public interface RelationKernel extends Kernel {

  /** Lower limit of a probability inside a logarithm. */
  float SMALLEST_PROBABILITY = 1e-8f;

  /** Lower limit of a norm that rows are divided by. */
  float SMALLEST_NORM = 1e-12f;

  /**
   * Losses of all query rows.
   *
   * @param teacher {@code [batch, tokens, splitHeads, teacherWidth]}, strided
   * @param student {@code [batch, tokens, splitHeads, studentWidth]}, strided
   * @param lengths {@code batch} numbers of unpadded tokens
   * @param losses {@code [batch, splitHeads, tokens]}
   */
  void relation(Tensor teacher, Tensor student, int[] lengths, RelationMode mode, float temperature, Tensor losses);

  /** {@code gradStudent (+)= factor * d(sum of losses) / d(student)}, strided like {@code student}. */
  void relationBackward(Tensor teacher, Tensor student, int[] lengths, RelationMode mode, float temperature, float factor,
      Tensor gradStudent, boolean accumulate);

  /** Refuses operands of {@link #relation} that do not fit. */
  static void checkRelation(Tensor teacher, Tensor student, int[] lengths, float temperature, Tensor losses) {
    Operands operands = Operands.of("relation", "teacher, student, losses", teacher, student, losses);
    checkPair(operands, teacher, student, lengths, temperature);
    operands.shaped(losses, Shape.of(student.dim(0), student.dim(2), student.dim(1)), "[batch, splitHeads, tokens]")
        .writable(losses).apart(losses, teacher, student);
  }

  /** Refuses operands of {@link #relationBackward} that do not fit. */
  static void checkRelationBackward(Tensor teacher, Tensor student, int[] lengths, float temperature, Tensor gradStudent) {
    Operands operands = Operands.of("relationBackward", "teacher, student, gradStudent", teacher, student, gradStudent);
    checkPair(operands, teacher, student, lengths, temperature);
    operands.like(student, gradStudent).writable(gradStudent).apart(gradStudent, teacher, student);
  }

  private static void checkPair(Operands operands, Tensor teacher, Tensor student, int[] lengths, float temperature) {
    operands.strided().ranked(teacher, 4, "teacher [batch, tokens, splitHeads, width]")
        .ranked(student, 4, "student [batch, tokens, splitHeads, width]")
        .require(teacher.shape().withoutLast().equals(student.shape().withoutLast()), "teacher and student do not fit",
            "equal batch, tokens and splitHeads")
        .require(lengths.length == student.dim(0), "number of lengths does not fit", "one length for each batch entry")
        .require(temperature > 0, "temperature is not positive", "above 0");
    for (int length : lengths) {
      operands.require(length >= 0 && length <= student.dim(1), "a length is outside the tokens", "0 to tokens");
    }
  }
}
