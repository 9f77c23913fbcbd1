package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Absmax int8 quantizer, one scale per row (token) (Wu et al. 2025, eq. 2-3): {@code gamma = max|x|},
 * {@code code = clip(rint(x (127 / divisor(gamma))), -128, 127)}, ties to even; value = {@code code (gamma / 127)}.
 *
 * <p>{@code 127 / divisor} and {@code gamma / 127} are rounded to float first, then one float multiplication each. Exact on every
 * backend. Contiguous.
 */
public interface ActivationQuantizerKernel extends Kernel {

  /** Largest code. */
  float LARGEST_CODE = 127;

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
}
