package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Cross-entropy with integer targets, row by row: {@code loss_r = ln sum_j exp(x_j) - x_target}. Rows whose target is
 * {@link #IGNORED} have loss 0 and no gradient. Contiguous; sums follow {@link Summation}.
 */
public interface CrossEntropyKernel extends Kernel {

  /** The target of a row that takes no part, as in PyTorch. */
  int IGNORED = -100;

  /**
   * Losses of all rows.
   *
   * @param logits {@code [rows, classes]}
   * @param targets {@code rows} class numbers or {@link #IGNORED}
   * @param losses {@code [rows]}
   * @param logSumExp {@code [rows]}, kept for the backward pass
   * @throws IllegalArgumentException when a target is neither a class nor ignored
   */
  void crossEntropy(Tensor logits, int[] targets, Tensor losses, Tensor logSumExp);

  /** {@code gradLogits (+)= factor (softmax(logits) - onehot(target))} for rows that take part, 0 for the others. */
  void crossEntropyBackward(Tensor logits, int[] targets, Tensor logSumExp, float factor, Tensor gradLogits, boolean accumulate);
}
