package io.github.tern4j.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.kernel.WeightCase.Quantized;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of absmean ternary weights (Wu et al. 2025, eq. 1), with one scale and with groups, on every CPU backend. */
class WeightQuantizerProperties {

  private static final float EPS = 1e-5f;

  @Property(tries = 100)
  void codesAreTernaryAndScalesAreDoubleMeansOfMagnitudesRoundedOnce(@ForAll CpuUnderTest on,
      @ForAll(supplier = WeightCase.Any.class) WeightCase weights, @ForAll EpsilonRule rule) {
    float[] weight = weights.weight();
    Quantized quantized = weights.quantize(on, weight, rule, EPS);
    double[] sums = new double[weights.scales()];
    int[] counts = new int[weights.scales()];
    for (int i = 0; i < weight.length; i++) {
      sums[weights.group(i)] += Math.abs(weight[i]);
      counts[weights.group(i)]++;
    }
    for (int group = 0; group < sums.length; group++) {
      assertThat(quantized.scales()[group]).isEqualTo((float) (sums[group] / counts[group]));
    }
    for (int i = 0; i < weight.length; i++) {
      assertThat(quantized.codes()[i]).isBetween((byte) -1, (byte) 1);
      assertThat(quantized.values()[i]).isEqualTo(quantized.scales()[weights.group(i)] * quantized.codes()[i]);
    }
  }

  /** Exact for both rules when eps is scaled along, and so for eps 0: no float here leaves the normal range. */
  @Property(tries = 100)
  void aPowerOfTwoScalesTheScalesAndKeepsTheCodes(@ForAll CpuUnderTest on,
      @ForAll(supplier = WeightCase.Any.class) WeightCase weights, @ForAll EpsilonRule rule, @ForAll boolean withoutEps,
      @ForAll @IntRange(min = -30, max = 30) int power) {
    float eps = withoutEps ? 0 : EPS;
    Quantized plain = weights.quantize(on, weights.weight(), rule, eps);
    Quantized scaled = weights.quantize(on, times(weights.weight(), power), rule, Math.scalb(eps, power));
    assertThat(scaled.codes()).isEqualTo(plain.codes());
    assertThat(scaled.scales()).isEqualTo(times(plain.scales(), power));
    assertThat(scaled.values()).isEqualTo(times(plain.values(), power));
  }

  /** Hence scaling keeps codes under a fixed lower bound too, as long as the scales stay above it. */
  @Property(tries = 50)
  void aLowerBoundBelowTheScaleDoesNotMatter(@ForAll CpuUnderTest on,
      @ForAll(supplier = WeightCase.Any.class) WeightCase weights) {
    // About 0.6 of the mean magnitude of normal values: close enough to matter if it were added.
    float eps = Math.scalb(0.5f, weights.exponent());
    Quantized unbounded = weights.quantize(on, weights.weight(), EpsilonRule.LOWER_BOUND, 0);
    Quantized bounded = weights.quantize(on, weights.weight(), EpsilonRule.LOWER_BOUND, eps);
    for (int i = 0; i < bounded.codes().length; i++) {
      if (bounded.scales()[weights.group(i)] >= eps) {
        assertThat(bounded.codes()[i]).isEqualTo(unbounded.codes()[i]);
      }
    }
  }

  @Property(tries = 100)
  void quantizationIsOdd(@ForAll CpuUnderTest on, @ForAll(supplier = WeightCase.Any.class) WeightCase weights,
      @ForAll EpsilonRule rule) {
    float[] negated = weights.weight();
    for (int i = 0; i < negated.length; i++) {
      negated[i] = -negated[i];
    }
    Quantized plain = weights.quantize(on, weights.weight(), rule, EPS);
    Quantized opposite = weights.quantize(on, negated, rule, EPS);
    assertThat(opposite.scales()).isEqualTo(plain.scales());
    for (int i = 0; i < negated.length; i++) {
      assertThat(opposite.codes()[i]).isEqualTo((byte) -plain.codes()[i]);
      // A difference, since quantized zeros have no sign.
      assertThat(opposite.values()[i]).isEqualTo(0 - plain.values()[i]);
    }
  }

  @Property(tries = 100)
  void codesOfAGroupAscendWithItsWeights(@ForAll CpuUnderTest on, @ForAll(supplier = WeightCase.Any.class) WeightCase weights,
      @ForAll EpsilonRule rule) {
    float[] weight = weights.weight();
    byte[] codes = weights.quantize(on, weight, rule, EPS).codes();
    Integer[] ascending = IntStream.range(0, weight.length).boxed()
        .sorted(Comparator.<Integer>comparingInt(weights::group).thenComparingDouble(i -> weight[i])).toArray(Integer[]::new);
    for (int i = 1; i < ascending.length; i++) {
      if (weights.group(ascending[i]) == weights.group(ascending[i - 1])) {
        assertThat(codes[ascending[i]]).isGreaterThanOrEqualTo(codes[ascending[i - 1]]);
      }
    }
  }

  /** Half a divisor is a float, and its neighbours divided by the divisor round to the neighbours of one half. */
  @Property(tries = 100)
  void halfADivisorRoundsToZeroAndTheNextFloatToOne(@ForAll CpuUnderTest on, @ForAll EpsilonRule rule,
      @ForAll @IntRange(max = (1 << 23) - 1) int mantissa, @ForAll @IntRange(min = -60, max = 60) int exponent,
      @ForAll boolean withoutEps) {
    float scale = Math.scalb(1 + mantissa * 0x1p-23f, exponent);
    float eps = withoutEps ? 0 : EPS;
    float half = rule.divisor(scale, eps) / 2;
    float[] pattern = {half, Math.nextUp(half), Math.nextDown(half), -half, -Math.nextUp(half), -Math.nextDown(half), 3 * half};
    byte[] expected = {0, 1, 0, 0, -1, 0, 1};
    // Seven values, repeated so that each of them stands in every lane of a vector and in the tail.
    WeightCase weights = new WeightCase(7, 37, 0, WeightCase.Kind.NORMAL, 0, 0);
    float[] weight = new float[7 * 37];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = pattern[i % 7];
    }
    Quantized quantized = weights.quantize(on, weight, new float[] {scale}, rule, eps);
    for (int i = 0; i < weight.length; i++) {
      assertThat(quantized.codes()[i]).isEqualTo(expected[i % 7]);
      assertThat(quantized.values()[i]).isEqualTo(scale * expected[i % 7]);
    }
  }

  @Property(tries = 100)
  void aGroupOfZerosHasZeroCodesAndNothingIsNaN(@ForAll CpuUnderTest on,
      @ForAll(supplier = WeightCase.Any.class) WeightCase weights, @ForAll EpsilonRule rule, @ForAll boolean withoutEps,
      @ForAll @IntRange(max = 1_000) int choice) {
    float[] weight = weights.weight();
    int zeroGroup = choice % weights.scales();
    for (int i = 0; i < weight.length; i++) {
      weight[i] = weights.group(i) == zeroGroup ? (i % 2 == 0 ? 0f : -0f) : weight[i];
    }
    Quantized quantized = weights.quantize(on, weight, rule, withoutEps ? 0 : EPS);
    assertThat(quantized.scales()[zeroGroup]).isEqualTo(0f);
    for (int i = 0; i < weight.length; i++) {
      assertThat(quantized.values()[i]).isNotNaN();
      if (weights.group(i) == zeroGroup) {
        assertThat(quantized.codes()[i]).isZero();
        assertThat(quantized.values()[i]).isEqualTo(0f);
      }
    }
  }

  /**
   * Without eps no point of the grid {-delta, 0, delta} is nearer, exactly. With eps the borders lie at half the divisor
   * {@code d = delta + eps} instead of half of delta, and a value between them is at most {@code d - delta} farther from its
   * point than from the nearest one.
   */
  @Property(tries = 100)
  void theValueIsTheNearestPointOfTheGrid(@ForAll CpuUnderTest on, @ForAll(supplier = WeightCase.Any.class) WeightCase weights,
      @ForAll EpsilonRule rule, @ForAll boolean withoutEps) {
    float eps = withoutEps ? 0 : EPS;
    float[] weight = weights.weight();
    Quantized quantized = weights.quantize(on, weight, rule, eps);
    for (int i = 0; i < weight.length; i++) {
      double delta = quantized.scales()[weights.group(i)];
      double divisor = rule.divisor((float) delta, eps);
      double[] toGrid = distances(weight[i], divisor);
      assertThat(toGrid[quantized.codes()[i] + 1]).isEqualTo(Arrays.stream(toGrid).min().orElseThrow());
      double[] toValues = distances(weight[i], delta);
      assertThat(Math.abs(weight[i] - (double) quantized.values()[i]))
          .isLessThanOrEqualTo(Arrays.stream(toValues).min().orElseThrow() + (divisor - delta));
    }
  }

  /** Distances to -step, 0 and step: differences of floats, exact where two of them are close. */
  private static double[] distances(double weight, double step) {
    return new double[] {Math.abs(weight + step), Math.abs(weight), Math.abs(weight - step)};
  }

  private static float[] times(float[] values, int power) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = Math.scalb(values[i], power);
    }
    return scaled;
  }
}
