package io.github.tern4j.bitdistill.model;

import io.github.tern4j.tensor.kernel.EpsilonRule;

/**
 * Options of {@link BitLinear}.
 *
 * @param groupSize columns that share a weight scale, or 0 for one scale per tensor (the paper)
 * @param rule added (paper, default) or lower bound (author code)
 * @param weightEps 1e-5
 * @param activationEps 1e-5
 * @param share warm-up of quantization
 */
public record BitLinearOptions(int groupSize, EpsilonRule rule, float weightEps, float activationEps, QuantizationShare share) {

  /** The eps of both quantizers in the paper and in the author's code. */
  public static final float PAPER_EPS = 1e-5f;

  /** The paper's quantizers. */
  public static BitLinearOptions paper() {
    return new BitLinearOptions(0, EpsilonRule.ADDED, PAPER_EPS, PAPER_EPS, new QuantizationShare());
  }
}
