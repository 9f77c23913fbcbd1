package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link AdamWKernel} in one pass, parallel over elements. */
final class VectorAdamW implements AdamWKernel {

  private final Workers workers;

  VectorAdamW(Workers workers) {
    this.workers = workers;
  }

  /** The numbers of a step as the loop needs them. */
  private record Factors(float gradient, float decay, float firstShare, float beta2, float secondShare, float stepSize,
      float secondCorrection, float eps) {

    static Factors of(Step step) {
      return new Factors((float) step.gradientFactor(), step.decayFactor(), (float) (1 - step.beta1()), (float) step.beta2(),
          (float) (1 - step.beta2()), step.stepSize(), step.secondCorrection(), (float) step.eps());
    }
  }

  @Override
  public void step(Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, Step step) {
    AdamWKernel.checkStep(weight, gradient, firstMoment, secondMoment, step);
    Factors factors = Factors.of(step);
    Ranges.elements(workers, weight.shape().intSize(), (from, to) -> update(weight.array(), weight.arrayOffset() + from,
        gradient.array(), gradient.arrayOffset() + from, firstMoment.array(), firstMoment.arrayOffset() + from,
        secondMoment.array(), secondMoment.arrayOffset() + from, to - from, factors));
  }

  private static void update(float[] weight, int weightAt, float[] gradient, int gradientAt, float[] first, int firstAt,
      float[] second, int secondAt, int n, Factors factors) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector g = Lanes.load(gradient, gradientAt + i).mul(factors.gradient);
      FloatVector w = Lanes.load(weight, weightAt + i).mul(factors.decay);
      FloatVector oldM = Lanes.load(first, firstAt + i);
      FloatVector m = oldM.add(g.sub(oldM).mul(factors.firstShare));
      FloatVector v = Lanes.load(second, secondAt + i).mul(factors.beta2).add(g.mul(factors.secondShare).mul(g));
      m.intoArray(first, firstAt + i);
      v.intoArray(second, secondAt + i);
      FloatVector denominator = v.lanewise(VectorOperators.SQRT).div(factors.secondCorrection).add(factors.eps);
      w.sub(m.mul(factors.stepSize).div(denominator)).intoArray(weight, weightAt + i);
    }
    for (; i < n; i++) {
      float g = gradient[gradientAt + i] * factors.gradient;
      float m = first[firstAt + i] + (g - first[firstAt + i]) * factors.firstShare;
      float v = second[secondAt + i] * factors.beta2 + g * factors.secondShare * g;
      first[firstAt + i] = m;
      second[secondAt + i] = v;
      float denominator = (float) Math.sqrt(v) / factors.secondCorrection + factors.eps;
      weight[weightAt + i] = weight[weightAt + i] * factors.decay - m * factors.stepSize / denominator;
    }
  }
}
