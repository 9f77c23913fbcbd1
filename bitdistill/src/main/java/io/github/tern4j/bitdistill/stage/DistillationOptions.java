package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import java.util.OptionalDouble;

/**
 * What stage 3 minimises: {@code L = CE + lambda LD + gamma AD} (Wu et al. 2025, eq. 14). A factor of 0 leaves the term out.
 *
 * @param lambda factor of the logits term; paper and author code: 10 for classification, 1 for summarization
 * @param gamma factor of the relation term in the form that {@link RelationLoss.Normalization} names. Paper: 1e5 for
 *     classification; with the plain mean an independent reproduction found that overwhelming and 60 better, so look at the
 *     logged ratios
 * @param gammaRatio when present, gamma is set on the first batches so that the gradient norm of {@code gamma AD} is this many
 *     times that of CE
 * @param logits the logits term
 * @param relation the relation term
 * @param measureEvery steps between two measurements of the three terms' gradient norms; 0 for none
 */
public record DistillationOptions(double lambda, double gamma, OptionalDouble gammaRatio, LogitsLoss logits,
    RelationLoss relation, int measureEvery) {

  /** Checks the numbers. */
  public DistillationOptions {
    if (!(lambda >= 0) || !(gamma >= 0) || measureEvery < 0 || gammaRatio.isPresent() && !(gammaRatio.getAsDouble() > 0)) {
      throw new IllegalArgumentException("distillation: lambda " + lambda + ", gamma " + gamma + ", gamma ratio " + gammaRatio
          + ", measured every " + measureEvery + " steps; expected no negative number");
    }
  }

  /** {@code 1, lambda, gamma}: those of a whole batch. */
  public TermFactors factors() {
    return new TermFactors(1, lambda, gamma);
  }

  DistillationOptions withGamma(double chosen) {
    return new DistillationOptions(lambda, chosen, gammaRatio, logits, relation, measureEvery);
  }
}
