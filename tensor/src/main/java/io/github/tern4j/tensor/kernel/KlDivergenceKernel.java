package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Divergence of a student's from a teacher's distribution at a temperature, row by row:
 * {@code loss_r = KL(p_T || p_S) = sum_j p_T (ln p_T - ln p_S)} with {@code p = softmax(logits / tau)} (Wu et al. 2025, eq. 9).
 * Contiguous; sums follow {@link Summation}. Rows with {@code keep[r] == false} have loss 0 and no gradient.
 *
 * <p>With {@code z_j = (x_j - max) inverseTau}, {@code inverseTau = 1 / tau}: {@code ln p_j = z_j - ln sum_i exp(z_i)} and
 * {@code p_j = exp(ln p_j)}. The product is fused into the sum. A class to which the teacher gives probability 0 contributes 0,
 * whatever the student says of it.
 */
public interface KlDivergenceKernel extends Kernel {

  /**
   * Losses of all rows.
   *
   * @param teacher logits {@code [rows, classes]}
   * @param student logits {@code [rows, classes]}
   * @param losses {@code [rows]}
   */
  void klDivergence(Tensor teacher, Tensor student, float tau, boolean[] keep, Tensor losses);

  /**
   * {@code gradStudent (+)= (factor inverseTau) (p_S - p_T)}; the teacher gets no gradient.
   * {@code gradStudent} may be {@code student} or {@code teacher} when it is overwritten.
   */
  void klDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, float factor, Tensor gradStudent,
      boolean accumulate);

  /** Refuses operands of {@link #klDivergence} that do not fit. */
  static void checkKlDivergence(Tensor teacher, Tensor student, float tau, boolean[] keep, Tensor losses) {
    Operands operands = Operands.of("klDivergence", "teacher, student, losses", teacher, student, losses);
    checkRows(operands, teacher, student, tau, keep);
    operands.sized(losses, keep.length, "one for each row").apart(losses, teacher, student);
  }

  /** Refuses operands of {@link #klDivergenceBackward} that do not fit. */
  static void checkKlDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, Tensor gradStudent) {
    Operands operands = Operands.of("klDivergenceBackward", "teacher, student, gradStudent", teacher, student, gradStudent);
    checkRows(operands, teacher, student, tau, keep);
    operands.like(student, gradStudent).sameOrApart(gradStudent, teacher, student);
  }

  private static void checkRows(Operands operands, Tensor teacher, Tensor student, float tau, boolean[] keep) {
    operands.contiguous().ranked(teacher, 2, "teacher [rows, classes]").like(teacher, student)
        .require(keep.length == teacher.dim(0), "length of keep does not fit", "one entry for each row")
        .require(tau > 0, "tau is not positive", "a temperature above 0");
  }
}
