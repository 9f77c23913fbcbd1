package io.github.tern4j.nn.optim;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.nn.ParameterSet;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter 2019) over a set of parameters, with clipping of the global gradient norm. Weight decay applies to
 * matrices alone (projections and embedding), not to norm weights and biases.
 */
public final class AdamW {

  /** Added to the norm that gradients are divided by when they are clipped, as in PyTorch. */
  private static final double CLIP_EPS = 1e-6;

  private final ParameterSet parameters;
  private final Options options;
  private final Map<String, Tensor> firstMoments = new LinkedHashMap<>();
  private final Map<String, Tensor> secondMoments = new LinkedHashMap<>();
  private long steps;

  /**
   * Numbers of the optimizer.
   *
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the root of the second moment
   * @param weightDecay decoupled weight decay of matrices
   * @param maxGradientNorm global norm that gradients are clipped to
   */
  public record Options(double beta1, double beta2, double eps, double weightDecay, double maxGradientNorm) {

    /** Checks the numbers. */
    public Options {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps > 0 && weightDecay >= 0 && maxGradientNorm > 0)) {
        throw new IllegalArgumentException("AdamW: beta1 " + beta1 + ", beta2 " + beta2 + ", eps " + eps + ", weight decay "
            + weightDecay + ", largest norm " + maxGradientNorm + "; expected betas in [0, 1) and positive numbers");
      }
    }

    /** beta 0.9 and 0.95, eps 1e-8, weight decay 0.01 (author code of BitDistill), norm 1. */
    public static Options defaults() {
      return new Options(0.9, 0.95, 1e-8, 0.01, 1.0);
    }
  }

  /** An optimizer with zero moments. */
  public AdamW(ParameterSet parameters, Options options) {
    this.parameters = parameters;
    this.options = options;
    Backend backend = parameters.backend();
    for (Parameter parameter : parameters.all()) {
      firstMoments.put(parameter.name(), backend.adopt(Tensor.zeros(parameter.shape())));
      secondMoments.put(parameter.name(), backend.adopt(Tensor.zeros(parameter.shape())));
    }
  }

  /**
   * One step with the gradients that have arrived, which are forgotten afterwards. Parameters without a gradient stay as they
   * are, moments included.
   *
   * @param rate learning rate
   * @return the global gradient norm before clipping
   */
  public double step(double rate) {
    double norm = parameters.gradientNorm();
    double factor = Math.min(1, options.maxGradientNorm / (norm + CLIP_EPS));
    steps++;
    AdamWKernel kernel = parameters.backend().kernel(AdamWKernel.class);
    for (Parameter parameter : parameters.all()) {
      if (parameter.hasGradient()) {
        double decay = parameter.shape().rank() == 2 ? options.weightDecay : 0;
        kernel.step(parameter.value(), parameter.gradient(), firstMoments.get(parameter.name()), secondMoments.get(parameter.name()),
            new AdamWKernel.Step(rate, options.beta1, options.beta2, options.eps, decay, steps, factor));
      }
    }
    parameters.clearGradients();
    return norm;
  }

  /** Number of steps done. */
  public long steps() {
    return steps;
  }

  /** First moments by parameter name, for checkpoints to read and to write. */
  public Map<String, Tensor> firstMoments() {
    return Collections.unmodifiableMap(firstMoments);
  }

  /** Second moments by parameter name, for checkpoints to read and to write. */
  public Map<String, Tensor> secondMoments() {
    return Collections.unmodifiableMap(secondMoments);
  }

  /** Continues from a checkpoint after {@code stepsDone} steps, whose moments have been written into this optimizer's. */
  public void continueAfter(long stepsDone) {
    steps = stepsDone;
  }
}
