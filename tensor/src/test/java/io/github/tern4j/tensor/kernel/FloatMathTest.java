package io.github.tern4j.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The errors that the Javadoc states, over all exponents. */
class FloatMathTest {

  private static final int MANTISSAS_PER_EXPONENT = 4096;

  private interface FloatFunction {
    float of(float x);
  }

  @Test
  void expErrsByLessThanItsBound() {
    assertThat(largestError(FloatMath::exp, StrictMath::exp, FloatMath.EXP_UNDERFLOW, FloatMath.EXP_OVERFLOW))
        .isBetween(0.5, 1.1);
  }

  @Test
  void sigmoidErrsByLessThanItsBound() {
    assertThat(largestError(FloatMath::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), FloatMath.EXP_UNDERFLOW, Float.MAX_VALUE))
        .isBetween(0.5, 2.5);
  }

  @Test
  void tanhErrsByLessThanItsBound() {
    assertThat(largestError(FloatMath::tanh, StrictMath::tanh, -Float.MAX_VALUE, Float.MAX_VALUE)).isBetween(0.5, 3.1);
  }

  @Test
  void expOverflowsAndUnderflowsAtItsLimits() {
    assertThat(FloatMath.exp(FloatMath.EXP_OVERFLOW)).isEqualTo((float) StrictMath.exp(FloatMath.EXP_OVERFLOW));
    assertThat(FloatMath.exp(Math.nextUp(FloatMath.EXP_OVERFLOW))).isInfinite();
    assertThat(FloatMath.exp(FloatMath.EXP_UNDERFLOW)).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
    assertThat(FloatMath.exp(Math.nextDown(FloatMath.EXP_UNDERFLOW))).isZero();
    assertThat(FloatMath.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(FloatMath.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(FloatMath.exp(Float.NaN)).isNaN();
    assertThat(FloatMath.exp(0)).isEqualTo(1);
    assertThat(FloatMath.exp(-0f)).isEqualTo(1);
  }

  @Test
  void sigmoidAndTanhSaturate() {
    assertThat(FloatMath.sigmoid(0)).isEqualTo(0.5f);
    assertThat(FloatMath.sigmoid(100)).isEqualTo(1);
    assertThat(FloatMath.sigmoid(-100)).isZero();
    assertThat(FloatMath.sigmoid(Float.NaN)).isNaN();
    assertThat(FloatMath.tanh(0)).isZero();
    assertThat(FloatMath.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(FloatMath.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(FloatMath.tanh(Float.NaN)).isNaN();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-10, 0.1, 0.5, 1, 1.7, 2.9999, 3, 3.0001, 4, 5.5})
  void erfIsTheIntegralOfTheGaussian(double x) {
    int n = 20_000;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
      double t = x * i / n;
      sum += StrictMath.exp(-t * t) * (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2);
    }
    double integral = 2 / Math.sqrt(Math.PI) * sum * x / n / 3;
    // Simpson's rule errs by x h^4 max|f''''| / 180 with f'''' at most 12 * 1.13, and sums n terms.
    double bound = x * Math.pow(x / n, 4) * 13.6 / 180 + n * 0x1p-53 * integral;
    assertThat(FloatMath.erf(x)).isCloseTo(integral, within(bound));
    assertThat(FloatMath.erf(-x)).isEqualTo(-FloatMath.erf(x));
  }

  @Test
  void erfSaturates() {
    assertThat(FloatMath.erf(0)).isZero();
    assertThat(FloatMath.erf(7)).isEqualTo(1);
    assertThat(FloatMath.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(FloatMath.erf(Double.NaN)).isNaN();
  }

  /** The largest deviation in ulps of the exact value, over evenly spaced mantissas of every exponent and both signs. */
  private static double largestError(FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
    double largest = 0;
    int step = (1 << 23) / MANTISSAS_PER_EXPONENT;
    // An offset that changes with the exponent and mantissa, so that the lower bits vary.
    for (int bits = 0; bits < 0x7f800000 - step; bits += step) {
      for (int sign = 0; sign < 2; sign++) {
        float x = Float.intBitsToFloat(bits + (bits >>> 12) % step | sign << 31);
        if (x >= from && x <= to) {
          double wanted = exact.applyAsDouble(x);
          largest = Math.max(largest, Math.abs(function.of(x) - wanted) / Math.ulp((float) wanted));
        }
      }
    }
    return largest;
  }
}
