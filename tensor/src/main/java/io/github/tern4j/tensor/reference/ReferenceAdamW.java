package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AdamWKernel;

/** {@link AdamWKernel} element by element. */
final class ReferenceAdamW implements AdamWKernel {

  @Override
  public void step(Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, Step step) {
    AdamWKernel.checkStep(weight, gradient, firstMoment, secondMoment, step);
    float gradientFactor = (float) step.gradientFactor();
    float firstShare = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float secondShare = (float) (1 - step.beta2());
    float eps = (float) step.eps();
    float decayFactor = step.decayFactor();
    float stepSize = step.stepSize();
    float secondCorrection = step.secondCorrection();
    for (int i = 0; i < weight.size(); i++) {
      int atWeight = weight.arrayOffset() + i;
      int atFirst = firstMoment.arrayOffset() + i;
      int atSecond = secondMoment.arrayOffset() + i;
      float g = gradient.array()[gradient.arrayOffset() + i] * gradientFactor;
      float w = weight.array()[atWeight] * decayFactor;
      float m = firstMoment.array()[atFirst];
      m = m + firstShare * (g - m);
      float v = beta2 * secondMoment.array()[atSecond] + secondShare * g * g;
      firstMoment.array()[atFirst] = m;
      secondMoment.array()[atSecond] = v;
      float denominator = (float) Math.sqrt(v) / secondCorrection + eps;
      weight.array()[atWeight] = w - stepSize * m / denominator;
    }
  }
}
