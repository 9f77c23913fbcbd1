package io.github.tern4j.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** One comparison with the threshold replaces division and rounding, for every float. */
class LatentTernaryProperties {

  /** Any float that is not negative: of all exponents, subnormal, zero, infinite, NaN. */
  @Provide
  Arbitrary<Float> magnitudes() {
    return Arbitraries.oneOf(Arbitraries.integers().between(0, Float.floatToRawIntBits(Float.NaN)).map(Float::intBitsToFloat),
        Arbitraries.integers().between(0, 40).map(Float::intBitsToFloat),
        Arbitraries.of(0f, Float.MIN_NORMAL, Math.nextUp(Float.MIN_NORMAL), 2 * Float.MIN_NORMAL, Float.MAX_VALUE,
            Float.POSITIVE_INFINITY, Float.NaN));
  }

  @Property(tries = 1000)
  void theThresholdIsTheSmallestWeightThatRoundsToOne(@ForAll("magnitudes") float divisor) {
    float threshold = LatentTernary.threshold(divisor);
    if (Float.isNaN(threshold)) {
      assertThat(Math.rint(Float.MAX_VALUE / divisor)).isNotEqualTo(1);
      assertThat(Float.POSITIVE_INFINITY / divisor).isNaN();
    } else {
      assertThat(Math.rint(threshold / divisor)).isGreaterThanOrEqualTo(1);
      // at 0 / 0 there is no quotient, and no code
      assertThat(Math.rint(Math.nextDown(threshold) / divisor) >= 1).isFalse();
    }
  }

  /** Each weight alone in its row, multiplied by 1: outputs are codes times the scale. */
  @Property(tries = 200)
  void productsHaveTheCodesOfTheQuantizer(@ForAll CpuUnderTest on, @ForAll("magnitudes") float scale, @ForAll EpsilonRule rule,
      @ForAll("magnitudes") float anyEps, @ForAll @IntRange(min = 1, max = 70) int columns, @ForAll long seed) {
    float eps = Float.isNaN(anyEps) ? 0 : anyEps;
    float[] weight = aroundTheThreshold(LatentTernary.threshold(rule.divisor(scale, eps)), 3 * columns, Rng.of(seed));
    Tensor latent = Tensor.of(weight, 3, columns);
    Tensor scales = Tensor.of(new float[] {scale}, 1);
    byte[] codes = new byte[weight.length];
    CpuUnderTest.REFERENCE.backend().kernel(WeightQuantizerKernel.class).codes(latent, 0, scales, rule, eps, codes);

    float[] gamma = new float[columns];
    Arrays.fill(gamma, ActivationQuantizerKernel.LARGEST_CODE);
    Tensor out = Tensor.zeros(columns, 3);
    on.backend().kernel(LatentProductKernel.class)
        .product(new LatentTernary(latent, 0, scales, rule, eps), identity(columns), Tensor.of(gamma, columns), out);
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < 3; row++) {
        assertThat(Float.valueOf(out.get(column, row))).isEqualTo(Float.valueOf(codes[row * columns + column] * scale));
      }
    }
  }

  private static float[] aroundTheThreshold(float threshold, int count, Rng rng) {
    List<Float> special =
        new ArrayList<>(List.of(0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN, 1f));
    for (float value : new float[] {threshold, Math.nextUp(threshold), Math.nextDown(threshold), 2 * threshold, threshold / 2}) {
      special.add(value);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = special.get(rng.below(2L * i, special.size())) * (rng.below(2L * i + 1, 2) == 0 ? 1 : -1);
    }
    return values;
  }

  private static Tensor identity(int n) {
    MemorySegment segment = Arena.ofAuto().allocate((long) n * n);
    for (int i = 0; i < n; i++) {
      segment.set(ValueLayout.JAVA_BYTE, (long) i * n + i, (byte) 1);
    }
    return Tensor.of(new NativeStorage(segment, DType.I8), Shape.of(n, n));
  }
}
