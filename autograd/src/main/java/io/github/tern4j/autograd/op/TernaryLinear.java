package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;

/**
 * Linear map of int8 activations with ternary weights, {@code out = Qa(x) Qw(W)^T} (Wu et al. 2025, eq. 1-3). The product is one
 * of integers ({@link LatentProductKernel}), so that training and packed inference compute the same bits.
 *
 * <p>Derivative, straight through both quantizers: {@code dX = dOut Qw(W)}, {@code dW = dOut^T Qa(X)}, also where codes were
 * clipped; nothing flows through the scales. Saves codes and scales of x and scales of W; the quantized values are made again in
 * the backward pass from x and W, which are there anyway.
 */
public final class TernaryLinear {

  private TernaryLinear() {}

  /**
   * Quantizes an input: {@code clip(round(127 x / (gamma + eps)), -128, 127)}, {@code gamma = max|x|} of each token.
   *
   * @param x {@code [.., in]}, contiguous
   */
  public static LinearInput.Codes codes(Tape tape, Variable x, EpsilonRule rule, float eps) {
    Tensor codes = tape.allocateCodes(Shape.of(x.shape().rows(), x.dim(-1)));
    Tensor gamma = tape.allocate(x.shape().rows());
    tape.kernel(ActivationQuantizerKernel.class).codes(x.value(), rule, eps, codes, gamma);
    return new LinearInput.Codes(x, codes, gamma, rule, eps);
  }

  /**
   * The map.
   *
   * @param input of x {@code [.., in]}
   * @param weight latent, {@code [out, in]}
   * @param groupSize columns that share a scale, or 0 for one scale per tensor
   * @param rule how {@code eps} keeps scales of the weight from zero
   * @return {@code [.., out]}
   */
  public static Variable linear(Tape tape, LinearInput.Codes input, Variable weight, int groupSize, EpsilonRule rule, float eps) {
    Variable x = input.x();
    if (x.dim(-1) != weight.dim(-1)) {
      throw new IllegalArgumentException("ternary linear: inner dimensions differ: x " + x.shape() + " x weight^T "
          + weight.shape() + " (" + x.dim(-1) + " != " + weight.dim(-1) + ")");
    }
    Tensor scales = groupSize == 0 ? tape.allocate(1) : tape.allocate(weight.dim(0), Math.ceilDiv(weight.dim(1), groupSize));
    tape.kernel(WeightQuantizerKernel.class).scales(weight.value(), groupSize, scales);
    LatentTernary latent = new LatentTernary(weight.value(), groupSize, scales, rule, eps);
    Tensor out = tape.allocate(x.shape().rows(), weight.dim(0));
    tape.kernel(LatentProductKernel.class).product(latent, input.codes(), input.gamma(), out);
    Variable rows = x.reshape(x.shape().rows(), x.dim(-1));
    return tape.result("ternary linear", out, gradOut -> {
      if (x.requiresGradient()) {
        addGradientOfInput(tape, rows, latent, gradOut);
      }
      if (weight.requiresGradient()) {
        addGradientOfWeight(tape, weight, input, gradOut);
      }
    }, x, weight).reshape(x.shape().with(-1, weight.dim(0)).dims());
  }

  private static void addGradientOfInput(Tape tape, Variable rows, LatentTernary weight, Tensor gradOut) {
    Tensor quantized = tape.allocate(weight.weight().shape());
    tape.kernel(WeightQuantizerKernel.class)
        .fakeQuantize(weight.weight(), weight.groupSize(), weight.scales(), weight.rule(), weight.eps(), quantized);
    GradientTarget target = rows.gradientTarget();
    tape.kernel(MatmulKernel.class).matmul(gradOut, false, quantized, false, target.tensor(), target.accumulate());
    tape.release(quantized);
  }

  private static void addGradientOfWeight(Tape tape, Variable weight, LinearInput.Codes input, Tensor gradOut) {
    Tensor quantized = tape.allocate(input.codes().shape());
    tape.kernel(ActivationQuantizerKernel.class)
        .fakeQuantize(input.x().value().reshape(input.codes().shape()), input.rule(), input.eps(), quantized, input.gamma());
    GradientTarget target = weight.gradientTarget();
    tape.kernel(MatmulKernel.class).matmul(gradOut, true, quantized, false, target.tensor(), target.accumulate());
    tape.release(quantized);
  }
}
