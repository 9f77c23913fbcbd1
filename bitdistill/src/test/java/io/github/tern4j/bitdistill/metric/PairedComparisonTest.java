package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {

  private static boolean[] rows(int right, int wrong) {
    boolean[] rows = new boolean[right + wrong];
    Arrays.fill(rows, 0, right, true);
    return rows;
  }

  @Test
  void wilsonIntervalOfTenInTwentyIsTheTextbookOne() {
    Proportion half = Proportion.of(10, 20);
    // (0.5 + 1.92073 / 20 +- 1.95996 sqrt(0.0125 + 0.0024) ...) by hand, to four places
    assertThat(half.value()).isEqualTo(0.5);
    assertThat(half.low()).isCloseTo(0.2993, within(5e-5));
    assertThat(half.high()).isCloseTo(0.7007, within(5e-5));
  }

  @Test
  void aPerfectScoreStillHasALowerEndBelowOne() {
    Proportion all = Proportion.of(20, 20);
    assertThat(all.high()).isEqualTo(1);
    assertThat(all.low()).isCloseTo(20 / (20 + Proportion.Z * Proportion.Z), within(1e-12));
  }

  @Test
  void equalMethodsDifferByNothing() {
    PairedComparison same = PairedComparison.of(rows(7, 3), rows(7, 3));
    assertThat(same).isEqualTo(new PairedComparison(0, 0, 0, 1));
  }

  @Test
  void mcNemarOfFiveToNothingIsOneSixteenth() {
    PairedComparison better = PairedComparison.of(rows(5, 5), rows(0, 10));
    assertThat(better.difference()).isEqualTo(0.5);
    assertThat(better.pValue()).isCloseTo(2 * Math.pow(0.5, 5), within(1e-15));
    assertThat(PairedComparison.of(rows(0, 10), rows(5, 5)).difference()).isEqualTo(-0.5);
  }

  @Test
  void differentNumbersOfRowsAreRefused() {
    assertThatThrownBy(() -> PairedComparison.of(rows(1, 0), rows(1, 1))).hasMessageContaining("1 and 2 rows");
    assertThatThrownBy(() -> Proportion.of(3, 2)).hasMessageContaining("3 of 2");
  }
}
