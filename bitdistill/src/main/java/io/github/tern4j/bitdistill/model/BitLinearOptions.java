package io.github.tern4j.bitdistill.model;

import io.github.tern4j.tensor.kernel.EpsilonRule;

/**
 * Options of {@link BitLinear}.
 *
 * @param groupSize columns that share a weight scale, or 0 for one scale per tensor (the paper)
 * @param rule added (paper, default) or lower bound (author code)
 * @param weightEps keeps the weight scale from zero
 * @param activationEps keeps the activation scale from zero
 * @param share warm-up of quantization
 */
public record BitLinearOptions(int groupSize, EpsilonRule rule, float weightEps, float activationEps, QuantizationShare share) {}
