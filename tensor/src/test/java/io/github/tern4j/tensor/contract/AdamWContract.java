package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import io.github.tern4j.tensor.kernel.AdamWKernel.Step;
import org.junit.jupiter.api.Test;

/** What {@link AdamWKernel} promises. */
public abstract class AdamWContract extends KernelContract<AdamWKernel> {

  /** The suite. */
  protected AdamWContract() {
    super(AdamWKernel.class);
  }

  @EveryWidth
  void stepIsWithinTheBoundOfTheExactOne(int n) {
    for (Step step : new Step[] {
        new Step(1e-3, 0.9, 0.999, 1e-8, 0.01, 1, 1), new Step(5e-5, 0.9, 0.95, 1e-8, 0, 1000, 0.125),
        new Step(0.1, 0, 0, 1e-6, 0.5, 7, 3)}) {
      Operand weight = tensors.normal(Layout.OFFSET, n);
      Operand gradient = tensors.normal(Layout.OFFSET, n);
      Operand first = tensors.normal(n);
      Operand second = squared(tensors.normal(n));
      Outcome outcome = run((kernel, at) -> kernel.step(at.of(weight), at.of(gradient), at.of(first), at.of(second), step));
      float[] w = weight.values();
      float[] grads = gradient.values();
      float[] m0 = first.values();
      float[] v0 = second.values();
      double[][] exact = new double[3][n];
      double[][] bound = new double[3][n];
      for (int i = 0; i < n; i++) {
        double g = grads[i] * step.gradientFactor();
        double m = m0[i] + (1 - step.beta1()) * (g - m0[i]);
        double v = step.beta2() * v0[i] + (1 - step.beta2()) * g * g;
        double kept = w[i] * (1 - step.rate() * step.decay());
        double moved = step.rate() / (1 - Math.pow(step.beta1(), step.step())) * m
            / (Math.sqrt(v) / Math.sqrt(1 - Math.pow(step.beta2(), step.step())) + step.eps());
        exact[0][i] = kept - moved;
        exact[1][i] = m;
        exact[2][i] = v;
        double magnitudeOfM = 2 * Math.abs(m0[i]) + Math.abs(g);
        bound[1][i] = 6 * U * magnitudeOfM;
        bound[2][i] = 8 * U * v + TINY;
        double rateOverRoot = Math.abs(moved / m);
        // Root, quotients, product and sum: 16 roundings, and what m carries.
        bound[0][i] = 4 * U * Math.abs(kept) + 16 * U * Math.abs(moved) + rateOverRoot * bound[1][i];
      }
      outcome.within(weight, exact[0], bound[0]);
      outcome.within(first, exact[1], bound[1]);
      outcome.within(second, exact[2], bound[2]);
    }
  }

  @Test
  void firstStepMovesEveryWeightByTheRate() {
    // m / sqrt(v) with both bias corrections is the sign of the gradient, whatever its size.
    Operand weight = Operand.of(new float[] {1, 1, 1}, 3);
    Operand gradient = Operand.of(new float[] {1e-3f, -7, 100}, 3);
    Operand first = Operand.of(new float[3], 3);
    Operand second = Operand.of(new float[3], 3);
    Step step = new Step(0.01, 0.9, 0.999, 0, 0, 1, 1);
    run((kernel, at) -> kernel.step(at.of(weight), at.of(gradient), at.of(first), at.of(second), step))
        .within(weight, new double[] {0.99, 1.01, 0.99}, everywhere(3, 4 * U));
  }

  @Test
  void zeroGradientOfAFreshWeightOnlyDecays() {
    Operand weight = Operand.of(new float[] {2, -4}, 2);
    Operand zero = Operand.of(new float[2], 2);
    Operand first = Operand.of(new float[2], 2);
    Operand second = Operand.of(new float[2], 2);
    Step step = new Step(0.5, 0.9, 0.999, 1e-8, 0.5, 1, 1);
    Outcome outcome = run((kernel, at) -> kernel.step(at.of(weight), at.of(zero), at.of(first), at.of(second), step));
    outcome.equalTo(weight, 1.5f, -3);
    outcome.equalTo(first, 0, 0);
    outcome.equalTo(second, 0, 0);
  }

  @Test
  void misfitsAreRefused() {
    Tensor weight = upload(new float[3], 3);
    Tensor other = upload(new float[3], 3);
    Step step = new Step(1, 0.9, 0.999, 1e-8, 0, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().step(weight, upload(new float[2], 2), other, upload(new float[3], 3), step))
        .withMessage("adamW: shapes differ: gradient [2]; weight F32 [3], gradient F32 [2], firstMoment F32 [3], "
            + "secondMoment F32 [3]; expected the shape of weight");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().step(weight, upload(new float[3], 3), other, other, step))
        .withMessageStartingWith("adamW: secondMoment overlaps firstMoment; ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().step(weight, upload(new float[3], 3), other, upload(new float[3], 3),
            new Step(1, 0.9, 0.999, 1e-8, 0, 0, 1)))
        .withMessageEndingWith("; expected steps counted from 1");
  }

  private static Operand squared(Operand x) {
    float[] values = x.buffer().array();
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return x;
  }
}
