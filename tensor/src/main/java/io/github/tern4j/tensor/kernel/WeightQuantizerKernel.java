package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Absmean ternary quantizer (Wu et al. 2025, eq. 1): {@code delta = mean|w|},
 * {@code code = clip(rint(w / divisor(delta)), -1, 1)}, ties to even, {@code divisor} by {@link EpsilonRule}; value = delta code.
 * One scale for the tensor, or one for each row and group of consecutive columns (the last group of a row may be shorter).
 *
 * <p>Means are double sums rounded once to float: over the tensor by {@link Summation#ELEMENTS_PER_CHUNK chunks}, over a group
 * ascending. The quotient is one float division. Codes are integers: zero has no sign, NaN has code 0 (but makes its scale NaN,
 * and with it all values of the tensor or group). Exact on every backend. Contiguous.
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

  /** Refuses operands of {@link #scales} that do not fit. */
  static void checkScales(Tensor weight, int groupSize, Tensor scales) {
    Operands operands = Operands.of("weight scales", "weight, scales", weight, scales).apart(scales, weight);
    checkGroups(operands, weight, groupSize, scales);
  }

  /** Refuses operands of {@link #fakeQuantize} that do not fit. */
  static void checkFakeQuantize(Tensor weight, int groupSize, Tensor scales, Tensor out) {
    Operands operands = Operands.of("weight fakeQuantize", "weight, scales, out", weight, scales, out);
    checkGroups(operands, weight, groupSize, scales);
    operands.like(weight, out).sameOrApart(out, weight).apart(out, scales);
  }

  /** Refuses operands of {@link #codes} that do not fit. */
  static void checkCodes(Tensor weight, int groupSize, Tensor scales, byte[] codes) {
    Operands operands = Operands.of("weight codes", "weight, scales", weight, scales);
    checkGroups(operands, weight, groupSize, scales);
    operands.require(codes.length == weight.size(), "number of codes does not fit", "one byte for each weight");
  }

  /** Refuses a weight and scales that do not fit each other. */
  static void checkGroups(Operands operands, Tensor weight, int groupSize, Tensor scales) {
    operands.contiguous().ranked(weight, 2, "weight [out, in]")
        .require(groupSize >= 0, "groupSize is negative", "columns of a group, or 0 for one scale");
    if (groupSize == 0) {
      operands.sized(scales, 1, "one scale for the tensor");
    } else {
      int groups = Math.ceilDiv(weight.dim(1), groupSize);
      operands.sized(scales, (long) weight.dim(0) * groups, "[out, ceil(in / groupSize)] = [" + weight.dim(0) + ", " + groups
          + "]");
    }
  }
}
