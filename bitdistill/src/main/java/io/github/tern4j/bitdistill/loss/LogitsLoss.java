package io.github.tern4j.bitdistill.loss;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.KlDivergence;
import io.github.tern4j.tensor.Tensor;

/**
 * Logits distillation {@code LD = mean KL(softmax(z_T / tau) || softmax(z_S / tau))} (Wu et al. 2025, eq. 9).
 *
 * @param tau temperature, 5 in paper and author code
 * @param timesTauSquared whether the mean is multiplied by tau^2: the author's code does, the paper (our default) does not
 * @param positions which tokens take part
 */
public record LogitsLoss(float tau, boolean timesTauSquared, Positions positions) {

  /** Which tokens take part in the mean. */
  public enum Positions {
    /** Those with a label: the paper, and our default. */
    ANSWER,
    /** All unpadded tokens: the author's code. */
    ALL_UNPADDED
  }

  /** Checks the temperature. */
  public LogitsLoss {
    if (!(tau > 0)) {
      throw new IllegalArgumentException("logits loss: tau " + tau + "; expected a positive number");
    }
  }

  /** tau 5, no tau^2, answer tokens. */
  public static LogitsLoss paper() {
    return new LogitsLoss(5, false, Positions.ANSWER);
  }

  /** What the mean is multiplied by: tau^2 or 1. */
  public float factor() {
    return timesTauSquared ? tau * tau : 1;
  }

  /**
   * The loss, a scalar.
   *
   * @param teacher logits {@code [rows, vocabulary]}
   * @param student logits {@code [rows, vocabulary]}
   * @param keep which rows take part
   */
  public Variable loss(Tape tape, Tensor teacher, Variable student, boolean[] keep) {
    Variable mean = KlDivergence.klDivergence(tape, teacher, student, tau, keep);
    return Elementwise.scale(tape, mean, factor());
  }
}
