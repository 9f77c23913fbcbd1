package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Absmax int8 quantizer, one scale per row (token) (Wu et al. 2025, eq. 2-3): {@code gamma = max|x|},
 * {@code code = clip(rint(x (127 / divisor(gamma))), -128, 127)}, ties to even; value = {@code code (gamma / 127)}.
 *
 * <p>{@code 127 / divisor} and {@code gamma / 127} are rounded to float first, then one float multiplication each. Codes are
 * integers: zero has no sign, NaN has code 0 (but makes its gamma NaN, and with it all values of the row). Exact on every
 * backend. Contiguous.
 */
public interface ActivationQuantizerKernel extends Kernel {

  /** Largest code. */
  int LARGEST_CODE = 127;

  /** Smallest code. */
  int SMALLEST_CODE = -128;

  /**
   * The fake-quantized activation.
   *
   * @param x {@code [.., n]}
   * @param out {@code [.., n]}, may be {@code x}
   * @param gamma {@code [rows]}
   */
  void fakeQuantize(Tensor x, EpsilonRule rule, float eps, Tensor out, Tensor gamma);

  /**
   * The codes alone.
   *
   * @param codes I8 in native memory, {@code [rows, n]}
   * @param gamma {@code [rows]}
   */
  void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma);

  /** Refuses operands of {@link #fakeQuantize} that do not fit. */
  static void checkFakeQuantize(Tensor x, Tensor out, Tensor gamma) {
    Operands.of("activation fakeQuantize", "x, out, gamma", x, out, gamma).contiguous().rankedAtLeast(1).like(x, out)
        .sized(gamma, x.shape().rows(), "one for each row of x").sameOrApart(out, x)
        .apart(gamma, x, out);
  }

  /** Refuses operands of {@link #codes} that do not fit. */
  static void checkCodes(Tensor x, Tensor codes, Tensor gamma) {
    Operands.of("activation codes", "x, gamma", x, gamma).contiguous().rankedAtLeast(1)
        .sized(gamma, x.shape().rows(), "one for each row of x").apart(gamma, x);
    Operands.of("activation codes", "x, codes, gamma", x, codes, gamma)
        .require(codes.dtype() == DType.I8 && codes.isContiguous(), "codes are not contiguous I8", "one byte for each element")
        .sized(codes, x.size(), "one code for each element of x");
  }
}
