package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A ternary matrix {@code [out, in]} given by the latent weight that training changes at each step: its codes are those that
 * {@link WeightQuantizerKernel} makes.
 *
 * @param weight {@code [out, in]}, contiguous
 * @param groupSize columns that share a scale, or 0 for one scale per tensor
 * @param scales {@code [1]} or {@code [out, ceil(in / groupSize)]}, from {@link WeightQuantizerKernel#scales}; none is negative
 * @param rule how {@code eps} keeps divisors from zero
 * @param eps not negative
 */
public record LatentTernary(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps) {

  /** Output rows. */
  public int rows() {
    return weight.dim(0);
  }

  /** Input columns. */
  public int columns() {
    return weight.dim(1);
  }

  /** Scales of a row: 1, or {@code ceil(in / groupSize)}. */
  public int groupsPerRow() {
    return groupSize == 0 ? 1 : Math.ceilDiv(columns(), groupSize);
  }

  /** The scale of a row's group, on the host; {@code group} is 0 with one scale per tensor. */
  public float scale(int row, int group) {
    return scales.array()[scales.arrayOffset() + (groupSize == 0 ? 0 : row * groupsPerRow() + group)];
  }

  /**
   * The smallest weight of a row's group whose code is 1; the largest with code -1 is its negative. NaN, which no weight
   * reaches, where all codes are 0.
   */
  public float threshold(int row, int group) {
    return threshold(rule.divisor(scale(row, group), eps));
  }

  /**
   * The smallest float w with {@code rint(w / divisor) >= 1}, which is a quotient above 1/2 since ties round to even. That is the
   * float above half a divisor: the quotient deviates from 1/2 by more than half of what separates 1/2 from the next float. Only
   * half of an odd subnormal divisor is no float, and rounded up it may be the smallest itself.
   */
  static float threshold(float divisor) {
    if (!(divisor < Float.POSITIVE_INFINITY)) {
      return Float.NaN;
    }
    float half = divisor / 2;
    return half / divisor > 0.5f ? half : Math.nextUp(half);
  }

  /** The codes, packed in native memory of their own, with the scales; everything lies on the host. */
  public PackedTernary packed(WeightQuantizerKernel quantizer) {
    byte[] codes = new byte[weight.shape().intSize()];
    quantizer.codes(weight, groupSize, scales, rule, eps, codes);
    MemorySegment packed = Arena.ofAuto().allocate((long) rows() * PackedTernary.bytesPerRow(columns()), Long.BYTES);
    PackedTernary.pack(codes, weight.shape(), packed);
    return new PackedTernary(weight.shape(), groupSize, packed, scales.toFloats());
  }
}
