package io.github.tern4j.bitdistill.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static final float[] EXPECTED = {3, 4};

  @Test
  void equalValuesHaveRatioZeroWhateverTheLimits() {
    assertThat(Comparison.floats(EXPECTED, EXPECTED, new Limits(0, 0))).isZero();
  }

  @Test
  void theLargestElementCountsAgainstAtol() {
    assertThat(Comparison.floats(new float[] {3.25f, 4.5f}, EXPECTED, new Limits(0.25, 0))).isEqualTo(2);
  }

  /** |(0, 0.5)| / |(3, 4)| = 0.1. */
  @Test
  void theWholeCountsAgainstTheRelativeLimit() {
    assertThat(Comparison.floats(new float[] {3, 4.5f}, EXPECTED, new Limits(0, 0.2))).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void eitherCriterionIsEnough() {
    assertThat(Comparison.floats(new float[] {3, 4.5f}, EXPECTED, new Limits(0.5, 1e-9))).isEqualTo(1);
    assertThat(Comparison.floats(new float[] {3, 4.5f}, EXPECTED, new Limits(1e-9, 0.1))).isCloseTo(1, within(1e-12));
  }

  @Test
  void notANumberNeverMatches() {
    assertThat(Comparison.floats(new float[] {3, Float.NaN}, EXPECTED, new Limits(1e30, 1e30))).isEqualTo(Comparison.NO_MATCH);
    assertThat(Comparison.scalar(Double.NaN, 1, 1e30)).isEqualTo(Comparison.NO_MATCH);
  }

  @Test
  void anotherSizeNeverMatches() {
    assertThat(Comparison.floats(new float[] {3}, EXPECTED, new Limits(1e30, 1e30))).isEqualTo(Comparison.NO_MATCH);
  }

  @Test
  void integersAreEqualOrNot() {
    assertThat(Comparison.integers(new long[] {1, -1}, new long[] {1, -1})).isZero();
    assertThat(Comparison.integers(new long[] {1, -1}, new long[] {1, 0})).isEqualTo(Comparison.NO_MATCH);
  }

  @Test
  void scalarsCountAgainstTheirLimit() {
    assertThat(Comparison.scalar(1.5, 1, 0.25)).isEqualTo(2);
    assertThat(Comparison.scalar(1.5, 1, 0)).isEqualTo(Comparison.NO_MATCH);
  }
}
