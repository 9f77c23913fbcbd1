package io.github.tern4j.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.kernel.ActivationCase.Quantized;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of absmax int8 activations (Wu et al. 2025, eq. 2-3) on every CPU backend. */
class ActivationQuantizerProperties {

  private static final float EPS = 1e-5f;

  /** Unit roundoff of float. */
  private static final double U = 0x1p-24;

  @Property(tries = 100)
  void gammaIsTheLargestMagnitudeAndValuesAreCodesTimesTheStep(@ForAll CpuUnderTest on,
      @ForAll(supplier = ActivationCase.Any.class) ActivationCase activations, @ForAll EpsilonRule rule) {
    float[] x = activations.activations();
    Quantized quantized = activations.quantize(on, x, rule, EPS);
    for (int i = 0; i < x.length; i++) {
      float gamma = quantized.gamma()[i / activations.n()];
      assertThat(gamma).isEqualTo(largest(x, i / activations.n(), activations.n()));
      assertThat(quantized.values()[i]).isEqualTo(quantized.codes()[i] * (gamma / 127));
    }
  }

  /**
   * The code of gamma is {@code 127 gamma / (gamma + eps)} rounded: 127 as long as eps is below gamma / 253, here at most
   * gamma / 254 to leave room for three roundings; a lower bound never touches a gamma above it.
   */
  @Property(tries = 100)
  void theLargestActivationBecomes127WhenEpsIsSmallBesideIt(@ForAll CpuUnderTest on,
      @ForAll(supplier = ActivationCase.Any.class) ActivationCase activations, @ForAll EpsilonRule rule) {
    float[] x = activations.activations();
    Quantized quantized = activations.quantize(on, x, rule, EPS);
    for (int i = 0; i < x.length; i++) {
      float gamma = quantized.gamma()[i / activations.n()];
      boolean small = rule == EpsilonRule.ADDED ? 254 * EPS <= gamma : EPS <= gamma;
      if (small && Math.abs(x[i]) == gamma) {
        assertThat((int) quantized.codes()[i]).isEqualTo(x[i] > 0 ? 127 : -127);
      }
      assertThat((int) quantized.codes()[i]).isBetween(-127, 127);
    }
  }

  @Property(tries = 60)
  void rowsDoNotInfluenceEachOther(@ForAll CpuUnderTest on,
      @ForAll(supplier = ActivationCase.Any.class) ActivationCase activations, @ForAll EpsilonRule rule,
      @ForAll @IntRange(max = 1_000) int choice) {
    int n = activations.n();
    int row = choice % activations.rows();
    float[] x = activations.activations();
    float[] alone = Arrays.copyOfRange(x, row * n, (row + 1) * n);
    Quantized expected = activations.quantize(on, alone, rule, EPS);
    Arrays.fill(x, 0, row * n, Float.NaN);
    Arrays.fill(x, (row + 1) * n, x.length, Float.POSITIVE_INFINITY);
    Quantized together = activations.quantize(on, x, rule, EPS);
    assertThat(together.gamma()[row]).isEqualTo(expected.gamma()[0]);
    assertThat(Arrays.copyOfRange(together.codes(), row * n, (row + 1) * n)).isEqualTo(expected.codes());
    assertThat(Arrays.copyOfRange(together.values(), row * n, (row + 1) * n)).isEqualTo(expected.values());
  }

  /**
   * With the divisor {@code d} (gamma + eps, or max(gamma, eps)) the error is at most half a step of the codes,
   * {@code d / 254}; plus what eps shrinks the value by, {@code |code| (d - gamma) / 127}, nothing without eps; plus four
   * roundings (127 / d, its product with x, gamma / 127, its product with the code) of numbers up to d, written as five to cover
   * their products.
   */
  @Property(tries = 100)
  void theErrorIsAtMostHalfAStepAndWhatEpsTakes(@ForAll CpuUnderTest on,
      @ForAll(supplier = ActivationCase.Any.class) ActivationCase activations, @ForAll EpsilonRule rule,
      @ForAll boolean withoutEps) {
    float eps = withoutEps ? 0 : EPS;
    float[] x = activations.activations();
    Quantized quantized = activations.quantize(on, x, rule, eps);
    for (int i = 0; i < x.length; i++) {
      double gamma = quantized.gamma()[i / activations.n()];
      double divisor = rule.divisor((float) gamma, eps);
      double bound = divisor / 254 + Math.abs(quantized.codes()[i]) * (divisor - gamma) / 127 + 5 * U * divisor;
      assertThat(Math.abs((double) quantized.values()[i] - x[i])).isLessThanOrEqualTo(bound);
    }
  }

  /**
   * Codes of quantized values are the same codes when eps is at most gamma / 256: a code c comes back as
   * {@code c / (1 + eps / gamma)}, less than half below c. Values then are the same bits exactly when the step survives, that is
   * when {@code fl(fl(127 step) / 127) = step}; otherwise it moves by one unit in the last place.
   */
  @Property(tries = 100)
  void quantizingTwiceIsQuantizingOnce(@ForAll CpuUnderTest on,
      @ForAll(supplier = ActivationCase.Any.class) ActivationCase activations, @ForAll EpsilonRule rule,
      @ForAll boolean withoutEps) {
    float eps = withoutEps ? 0 : EPS;
    int n = activations.n();
    Quantized once = activations.quantize(on, activations.activations(), rule, eps);
    Quantized twice = activations.quantize(on, once.values(), rule, eps);
    for (int row = 0; row < activations.rows(); row++) {
      if (256 * eps > once.gamma()[row]) {
        continue;
      }
      float step = once.gamma()[row] / 127;
      float stepAgain = 127 * step / 127;
      assertThat(Math.abs(stepAgain - step)).isLessThanOrEqualTo(Math.ulp(step));
      for (int i = row * n; i < (row + 1) * n; i++) {
        assertThat(twice.codes()[i]).isEqualTo(once.codes()[i]);
        assertThat(twice.values()[i]).isEqualTo(once.codes()[i] * stepAgain);
      }
    }
  }

  /** A gamma of 127 powers of two makes steps and values exact, and nothing is left to round the second time. */
  @Property(tries = 60)
  void quantizingTwiceIsExactWhenTheStepIsAPowerOfTwo(@ForAll CpuUnderTest on,
      @ForAll(supplier = ActivationCase.Any.class) ActivationCase activations, @ForAll EpsilonRule rule) {
    int n = activations.n();
    float[] x = activations.activations();
    for (int row = 0; row < activations.rows(); row++) {
      float power = Math.scalb(1f, Math.getExponent(largest(x, row, n)) + 1);
      x[row * n] = 127 * power;
    }
    Quantized once = activations.quantize(on, x, rule, 0);
    Quantized twice = activations.quantize(on, once.values(), rule, 0);
    assertThat(twice.gamma()).isEqualTo(once.gamma());
    assertThat(twice.values()).isEqualTo(once.values());
  }

  private static float largest(float[] x, int row, int n) {
    float largest = 0;
    for (int i = row * n; i < (row + 1) * n; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
    }
    return largest;
  }
}
