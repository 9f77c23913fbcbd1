package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;

/**
 * Quantizers with straight-through gradients (Wu et al. 2025, eq. 1-3): the value is quantized, the gradient passes unchanged,
 * also where codes were clipped, and nothing flows through the scales.
 *
 * <p>{@code share} is the quantization warm-up {@code x + share (q(x) - x)}; 1 is full quantization, 0 none.
 */
public final class FakeQuantize {

  private FakeQuantize() {}

  /**
   * Ternary weight {@code delta clip(round(w / (delta + eps)), -1, 1)}, {@code delta = mean|w|} of the tensor or a group.
   *
   * @param weight {@code [out, in]}
   * @param groupSize columns of a group, or 0 for one scale per tensor
   */
  public static Variable weight(Tape tape, Variable weight, int groupSize, EpsilonRule rule, float eps, float share) {
    WeightQuantizerKernel kernel = tape.kernel(WeightQuantizerKernel.class);
    Tensor scales = groupSize == 0 ? tape.allocate(1) : tape.allocate(weight.dim(0), Math.ceilDiv(weight.dim(1), groupSize));
    kernel.scales(weight.value(), groupSize, scales);
    Tensor quantized = tape.allocate(weight.shape());
    kernel.fakeQuantize(weight.value(), groupSize, scales, rule, eps, quantized);
    return weight.straightThrough(blend(tape, weight.value(), quantized, share));
  }

  /**
   * Activation {@code gamma / 127 clip(round(127 x / (gamma + eps)), -128, 127)}, {@code gamma = max|x|} of each token.
   *
   * @param x {@code [.., n]}, contiguous
   */
  public static Variable activation(Tape tape, Variable x, EpsilonRule rule, float eps, float share) {
    Tensor quantized = tape.allocate(x.shape());
    Tensor gamma = tape.allocate(x.shape().rows());
    tape.kernel(ActivationQuantizerKernel.class).fakeQuantize(x.value(), rule, eps, quantized, gamma);
    return x.straightThrough(blend(tape, x.value(), quantized, share));
  }

  private static Tensor blend(Tape tape, Tensor x, Tensor quantized, float share) {
    if (share < 1) {
      CopyKernel kernel = tape.kernel(CopyKernel.class);
      kernel.copy(quantized, share, quantized, false);
      kernel.copy(x, 1 - share, quantized, true);
    }
    return quantized;
  }
}
