package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Divergence of a student's from a teacher's distribution at a temperature, row by row:
 * {@code loss_r = KL(p_T || p_S) = sum_j p_T (ln p_T - ln p_S)} with {@code p = softmax(logits / tau)} (Wu et al. 2025, eq. 9).
 * Contiguous; sums follow {@link Summation}. Rows with {@code keep[r] == false} have loss 0 and no gradient.
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

  /** {@code gradStudent (+)= factor / tau (softmax(student / tau) - softmax(teacher / tau))}; the teacher gets no gradient. */
  void klDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, float factor, Tensor gradStudent,
      boolean accumulate);
}
