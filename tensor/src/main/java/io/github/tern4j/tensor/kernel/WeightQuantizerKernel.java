package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Absmean ternary quantizer (Wu et al. 2025, eq. 1): {@code delta = mean|w|}, {@code code = clip(rint(w / divisor(delta)), -1, 1)},
 * ties to even, {@code divisor} by {@link EpsilonRule}; value = delta code. One scale for the tensor, or one for each row and
 * group of consecutive columns (the last group of a row may be shorter).
 *
 * <p>Means are double sums rounded once to float: over the tensor by {@link Summation#ELEMENTS_PER_CHUNK chunks}, over a group
 * ascending. The quotient is one float division. Exact on every backend. Contiguous.
 */
public interface WeightQuantizerKernel extends Kernel {

  /**
   * Scales.
   *
   * @param weight {@code [out, in]}
   * @param groupSize columns of a group, or 0 for one scale per tensor
   * @param scales {@code [1]}, or {@code [out, ceil(in / groupSize)]}
   */
  void scales(Tensor weight, int groupSize, Tensor scales);

  /** {@code out = delta code}, the fake-quantized weight; {@code out} may be {@code weight}. */
  void fakeQuantize(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, Tensor out);

  /** The codes alone, one byte each in row-major order, into {@code codes} of {@code out * in} bytes. */
  void codes(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, byte[] codes);
}
