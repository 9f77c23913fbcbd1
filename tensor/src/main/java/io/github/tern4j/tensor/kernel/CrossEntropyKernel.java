package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Cross-entropy with integer targets, row by row: {@code loss_r = logSumExp_r - x_target} with
 * {@code logSumExp = max + ln sum_j exp(x_j - max)}. Rows whose target is {@link #IGNORED} have loss and logSumExp 0 and no
 * gradient. Contiguous; sums follow {@link Summation}.
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

  /**
   * {@code gradLogits_j (+)= factor (exp(x_j - logSumExp) - [j = target])} for rows that take part, 0 for the others.
   * {@code gradLogits} may be {@code logits} when it is overwritten.
   */
  void crossEntropyBackward(Tensor logits, int[] targets, Tensor logSumExp, float factor, Tensor gradLogits, boolean accumulate);

  /** Refuses operands of {@link #crossEntropy} that do not fit, and targets that are neither a class nor ignored. */
  static void checkCrossEntropy(Tensor logits, int[] targets, Tensor losses, Tensor logSumExp) {
    Operands operands = Operands.of("crossEntropy", "logits, losses, logSumExp", logits, losses, logSumExp);
    checkRows(operands, logits, targets, logSumExp);
    operands.sized(losses, targets.length, "one for each row").apart(losses, logits, logSumExp).apart(logSumExp, logits);
  }

  /** Refuses operands of {@link #crossEntropyBackward} that do not fit, and targets that are neither a class nor ignored. */
  static void checkCrossEntropyBackward(Tensor logits, int[] targets, Tensor logSumExp, Tensor gradLogits) {
    Operands operands =
        Operands.of("crossEntropyBackward", "logits, logSumExp, gradLogits", logits, logSumExp, gradLogits);
    checkRows(operands, logits, targets, logSumExp);
    operands.like(logits, gradLogits).sameOrApart(gradLogits, logits).apart(gradLogits, logSumExp);
  }

  private static void checkRows(Operands operands, Tensor logits, int[] targets, Tensor logSumExp) {
    operands.contiguous().ranked(logits, 2, "logits [rows, classes]")
        .require(targets.length == logits.dim(0), "number of targets does not fit", "one target for each row of logits")
        .sized(logSumExp, targets.length, "one for each row");
    for (int row = 0; row < targets.length; row++) {
      if (targets[row] != IGNORED && (targets[row] < 0 || targets[row] >= logits.dim(1))) {
        throw operands.failure("target " + targets[row] + " of row " + row + " is not a class",
            "0.." + (logits.dim(1) - 1) + " or " + IGNORED);
      }
    }
  }
}
