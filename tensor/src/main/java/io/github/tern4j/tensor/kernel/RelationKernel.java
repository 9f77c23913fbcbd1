package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Divergence of attention relations (Wu et al. 2025, algorithm 1 and eq. 10-13). For each batch entry and split head the tokens'
 * vectors give scores {@code S = f(x) f(x)^T c} (see {@link RelationMode}), relations {@code R = softmax(S)} over the keys, and
 * {@code loss = KL(R_T || R_S)} for every query row. There is no causal mask. Teacher and student may have different widths.
 *
 * <p>Tokens from {@code lengths[b]} on are padding: they are neither query nor key, their loss and gradient are 0. Probabilities
 * are limited below to {@link #SMALLEST_PROBABILITY} before the logarithm in the loss; the gradient ignores that limit.
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
}
