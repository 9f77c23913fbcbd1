package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link ActivationQuantizerKernel} promises. */
public abstract class ActivationQuantizerContract extends KernelContract<ActivationQuantizerKernel> {

  private static final float EPS = 1e-5f;

  /** The suite. */
  protected ActivationQuantizerContract() {
    super(ActivationQuantizerKernel.class);
  }

  @EveryWidth
  void codesAreTheNearestStepsOfTheRow(int n) {
    for (EpsilonRule rule : EpsilonRule.values()) {
      for (double size : new double[] {1, 1e-5, 1e5}) {
        check(tensors.scaled(size, 4, n), rule);
      }
      check(tensors.normal(Layout.OFFSET, 4, n), rule);
    }
  }

  @Test
  void tiesRoundToEvenAndZeroHasNoSign() {
    // The largest magnitude is 127, so that steps have length 1.
    Operand x = Operand.of(new float[] {127, 0.5f, -0.5f, 1.5f, -1.5f, 2.5f, -2.5f, 126.5f, -126.5f, -0.2f, -0f, -127}, 1, 12);
    float[] wanted = {127, 0, 0, 2, -2, 2, -2, 126, -126, 0, 0, -127};
    Operand out = tensors.normal(1, 12);
    Operand codes = tensors.bytes(1, 12);
    Operand gamma = tensors.normal(1);
    Outcome outcome = run((kernel, at) -> {
      kernel.fakeQuantize(at.of(x), EpsilonRule.ADDED, 0, at.of(out), at.of(gamma));
      kernel.codes(at.of(x), EpsilonRule.ADDED, 0, at.of(codes), at.of(gamma));
    });
    outcome.equalTo(out, wanted);
    outcome.equalTo(codes, wanted);
    outcome.equalTo(gamma, 127);
  }

  @ParameterizedTest
  @EnumSource
  void zeroRowsGiveZeros(EpsilonRule rule) {
    Operand x = Operand.of(new float[2 * 17], 2, 17);
    Operand out = tensors.normal(2, 17);
    Operand gamma = tensors.normal(2);
    Outcome outcome = run((kernel, at) -> kernel.fakeQuantize(at.of(x), rule, EPS, at.of(out), at.of(gamma)));
    outcome.equalTo(out, new float[2 * 17]);
    outcome.equalTo(gamma, 0, 0);
  }

  @Test
  void largestMagnitudeTakesTheLargestCode() {
    Operand x = tensors.normal(Layout.OFFSET, 9, 33);
    Operand codes = tensors.bytes(9, 33);
    Operand gamma = tensors.normal(9);
    Outcome outcome = run((kernel, at) -> kernel.codes(at.of(x), EpsilonRule.ADDED, EPS, at.of(codes), at.of(gamma)));
    float[] got = outcome.of(codes);
    for (int row = 0; row < 9; row++) {
      float largest = 0;
      for (int i = row * 33; i < (row + 1) * 33; i++) {
        largest = Math.max(largest, Math.abs(got[i]));
      }
      assertThat(largest).isEqualTo(127);
    }
  }

  @Test
  void rowsWithNaNOrInfinityStayAlone() {
    float[] values = new float[3 * 17];
    Arrays.fill(values, 1);
    values[3] = Float.NaN;
    values[20] = Float.NEGATIVE_INFINITY;
    Operand x = Operand.of(values, 3, 17);
    Operand out = tensors.normal(3, 17);
    Operand gamma = tensors.normal(3);
    Outcome outcome = run((kernel, at) -> kernel.fakeQuantize(at.of(x), EpsilonRule.ADDED, 0, at.of(out), at.of(gamma)));
    outcome.equalTo(gamma, Float.NaN, Float.POSITIVE_INFINITY, 1);
    float[] got = outcome.of(out);
    for (int i = 0; i < got.length; i++) {
      // Zero times an infinite step is NaN.
      assertThat(Float.isNaN(got[i])).isEqualTo(i < 34);
    }
  }

  @Test
  void outputMayBeTheInput() {
    Operand x = tensors.normal(4, 37);
    Operand out = tensors.normal(4, 37);
    Operand gamma = tensors.normal(4);
    float[] apart = run((kernel, at) -> kernel.fakeQuantize(at.of(x), EpsilonRule.ADDED, EPS, at.of(out), at.of(gamma))).of(out);
    run((kernel, at) -> kernel.fakeQuantize(at.of(x), EpsilonRule.ADDED, EPS, at.of(x), at.of(gamma))).equalTo(x, apart);
  }

  @Test
  void noRowsAreAccepted() {
    check(tensors.normal(0, 5), EpsilonRule.ADDED);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().fakeQuantize(x, EpsilonRule.ADDED, EPS, x, upload(new float[3], 3)))
        .withMessage("activation fakeQuantize: size of gamma does not fit; x F32 [2, 3], out F32 [2, 3], gamma F32 [3]; "
            + "expected 2 elements, one for each row of x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().codes(x, EpsilonRule.ADDED, EPS, upload(new float[6], 2, 3), upload(new float[2], 2)))
        .withMessageStartingWith("activation codes: codes are not contiguous I8; ");
  }

  private void check(Operand x, EpsilonRule rule) {
    int rows = x.shape().dim(0);
    int n = x.shape().dim(1);
    Operand out = tensors.normal(Layout.OFFSET, rows, n);
    Operand codes = tensors.bytes(rows, n);
    Operand gamma = tensors.normal(Layout.OFFSET, rows);
    Outcome outcome = run((kernel, at) -> {
      kernel.fakeQuantize(at.of(x), rule, EPS, at.of(out), at.of(gamma));
      kernel.codes(at.of(x), rule, EPS, at.of(codes), at.of(gamma));
    });
    float[] values = x.values();
    float[] largest = new float[rows];
    float[] got = outcome.of(codes);
    float[] steps = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      largest[i / n] = Math.max(largest[i / n], Math.abs(values[i]));
    }
    for (int i = 0; i < values.length; i++) {
      double quotient = 127.0 * values[i] / rule.divisor(largest[i / n], EPS);
      // Two roundings of at most 127 in float before the nearest integer is taken.
      assertThat((double) got[i]).isBetween(quotient - 0.5 - 2 * 127 * U, quotient + 0.5 + 2 * 127 * U);
      steps[i] = got[i] * (largest[i / n] / 127);
      steps[i] = steps[i] == 0 ? 0 : steps[i];
    }
    outcome.equalTo(gamma, largest);
    outcome.equalTo(out, steps);
  }
}
