package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Statistics of fixed seeds; limits are five standard errors of the statistic for truly random values. */
class RngTest {

  private static final int N = 100_000;
  private static final double ERRORS = 5;

  private final Rng rng = Rng.of(42);

  @Test
  void valuesDependOnSeedPathAndPositionAlone() {
    Rng a = Rng.of(7).at("model.layers.3").at("mlp");
    double late = a.uniform(1_000_000);
    assertThat(Rng.of(7).at("model.layers.3").at("mlp").uniform(1_000_000)).isEqualTo(late);
    assertThat(Rng.of(8).at("model.layers.3").at("mlp").uniform(1_000_000)).isNotEqualTo(late);
    assertThat(Rng.of(7).at("model.layers.4").at("mlp").uniform(1_000_000)).isNotEqualTo(late);
    assertThat(Rng.of(7).at("model.layers.3mlp").uniform(1_000_000)).isNotEqualTo(late);
    assertThat(Rng.of(7).at(3).bits(0)).isNotEqualTo(Rng.of(7).at(4).bits(0)).isNotEqualTo(Rng.of(7).at("3").bits(0));
  }

  @Test
  void uniformValuesFillTheUnitIntervalEvenly() {
    int[] buckets = new int[64];
    double sum = 0;
    for (int i = 0; i < N; i++) {
      double value = rng.uniform(i);
      assertThat(value).isBetween(0.0, Math.nextDown(1.0));
      buckets[(int) (value * 64)]++;
      sum += value;
    }
    assertThat(sum / N).isCloseTo(0.5, within(ERRORS / Math.sqrt(12.0 * N)));
    assertThat(chiSquared(buckets, N)).isLessThan(63 + ERRORS * Math.sqrt(2 * 63));
  }

  @Test
  void everyBitIsSetHalfOfTheTime() {
    for (int bit = 0; bit < 64; bit++) {
      int set = 0;
      for (int i = 0; i < 20_000; i++) {
        set += (int) (rng.bits(i) >>> bit & 1);
      }
      assertThat(set).as("bit %d", bit).isCloseTo(10_000, within((int) (ERRORS * Math.sqrt(20_000) / 2)));
    }
  }

  @Test
  void normalValuesHaveTheMomentsOfTheNormalDistribution() {
    double[] moments = new double[5];
    int beyondTwo = 0;
    for (int i = 0; i < N; i++) {
      double value = rng.normal(i);
      beyondTwo += Math.abs(value) > 2 ? 1 : 0;
      for (int power = 1; power < moments.length; power++) {
        moments[power] += Math.pow(value, power) / N;
      }
    }
    // Variance of the k-th power: 1, 2, 15, 96.
    assertThat(moments[1]).isCloseTo(0, within(ERRORS * Math.sqrt(1.0 / N)));
    assertThat(moments[2]).isCloseTo(1, within(ERRORS * Math.sqrt(2.0 / N)));
    assertThat(moments[3]).isCloseTo(0, within(ERRORS * Math.sqrt(15.0 / N)));
    assertThat(moments[4]).isCloseTo(3, within(ERRORS * Math.sqrt(96.0 / N)));
    double tail = 0.0455002638963584;
    assertThat((double) beyondTwo / N).isCloseTo(tail, within(ERRORS * Math.sqrt(tail / N)));
  }

  @Test
  void neighboursAndStreamsAreUncorrelated() {
    Rng[] streams = {rng, rng.at(0), rng.at(1), rng.at("a"), rng.at("b"), rng.at("a.b"), Rng.of(43),
        Rng.of(42L + 0x9E3779B97F4A7C15L)};
    for (int a = 0; a < streams.length; a++) {
      for (int b = a; b < streams.length; b++) {
        // A stream with itself is compared one position later.
        int lag = a == b ? 1 : 0;
        double product = 0;
        for (int i = 0; i < 20_000; i++) {
          product += (streams[a].uniform(i) - 0.5) * (streams[b].uniform(i + lag) - 0.5);
        }
        assertThat(product * 12 / 20_000).as("streams %d and %d", a, b).isCloseTo(0, within(ERRORS / Math.sqrt(20_000)));
      }
    }
  }

  @Test
  void numbersBelowABoundAreEvenlySpread() {
    int[] counts = new int[7];
    for (int i = 0; i < N; i++) {
      counts[rng.below(i, 7)]++;
    }
    assertThat(chiSquared(counts, N)).isLessThan(6 + ERRORS * Math.sqrt(2 * 6));
    assertThat(rng.below(3, 1)).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> rng.below(0, 0)).withMessage("below: bound 0; expected at least 1");
  }

  @Test
  void permutationsHoldEveryNumberOnceAndAllOrdersAreLikely() {
    assertThat(Arrays.stream(rng.permutation(1000)).sorted().toArray()).isEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(rng.permutation(0)).isEmpty();
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 24_000; i++) {
      counts.merge(Arrays.toString(rng.at(i).permutation(4)), 1, Integer::sum);
    }
    assertThat(counts).hasSize(24);
    assertThat(chiSquared(counts.values().stream().mapToInt(Integer::intValue).toArray(), 24_000))
        .isLessThan(23 + ERRORS * Math.sqrt(2 * 23));
  }

  private static double chiSquared(int[] counts, int total) {
    double expected = (double) total / counts.length;
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }
}
