package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * One step of AdamW (Loshchilov and Hutter 2019) in one pass, in the operation order of PyTorch:
 * {@code g = gradient gradientFactor; w = w decayFactor; m = m + (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g g;}
 * {@code w = w - stepSize m / (sqrt(v) / secondCorrection + eps)}. Contiguous; elementwise, so exact on every CPU backend; the
 * scalars are computed in double and rounded once ({@link Step}).
 */
public interface AdamWKernel extends Kernel {

  /**
   * The numbers of one step.
   *
   * @param rate learning rate
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the root of the second moment
   * @param decay decoupled weight decay
   * @param step t, from 1
   * @param gradientFactor what gradients are multiplied by first: clipping and averaging over micro-batches
   */
  record Step(double rate, double beta1, double beta2, double eps, double decay, long step, double gradientFactor) {

    /** 1 - rate decay. */
    public float decayFactor() {
      return (float) (1 - rate * decay);
    }

    /** rate / (1 - beta1^t). */
    public float stepSize() {
      return (float) (rate / (1 - Math.pow(beta1, step)));
    }

    /** sqrt(1 - beta2^t). */
    public float secondCorrection() {
      return (float) Math.sqrt(1 - Math.pow(beta2, step));
    }
  }

  /** Updates weight and both moments in place. */
  void step(Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, Step step);

  /** Refuses operands of {@link #step} that do not fit. */
  static void checkStep(Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, Step step) {
    Operands.of("adamW", "weight, gradient, firstMoment, secondMoment", weight, gradient, firstMoment, secondMoment)
        .contiguous().like(weight, gradient, firstMoment, secondMoment)
        .apart(weight, gradient, firstMoment, secondMoment).apart(firstMoment, gradient, secondMoment)
        .apart(secondMoment, gradient)
        .require(step.step() >= 1, "the step number is below 1", "steps counted from 1");
  }
}
