package io.github.tern4j.bitdistill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WeightHistogramTest {

  @Test
  void everyWeightIsCountedOnceInUnitsOfTheScale() {
    WeightHistogram histogram = WeightHistogram.of("w", "now", new float[] {-0.99f, 0.01f, 0.01f, 0.99f}, 2);
    assertThat(histogram.total()).isEqualTo(4);
    // Bins of 0.05 from -3: -0.495 lies in bin 50, 0.005 in bin 60, 0.495 in bin 69.
    assertThat(histogram.counts().get(50)).isEqualTo(1);
    assertThat(histogram.counts().get(60)).isEqualTo(2);
    assertThat(histogram.counts().get(69)).isEqualTo(1);
  }

  @Test
  void whatLiesOutsideIsCountedAtTheEdges() {
    float[] weights = {-1e30f, -3.5f, 3f, Float.POSITIVE_INFINITY};
    WeightHistogram histogram = WeightHistogram.of("w", "now", weights, 1);
    assertThat(histogram.counts().getFirst()).isEqualTo(2);
    assertThat(histogram.counts().getLast()).isEqualTo(2);
  }

  @Test
  void theBordersAreEdgesOfBins() {
    WeightHistogram histogram = WeightHistogram.of("w", "now", new float[] {0.4999f, 0.5001f, -0.4999f, -0.5001f}, 1);
    assertThat(histogram.counts()).filteredOn(count -> count > 0).containsExactly(1L, 1L, 1L, 1L);
  }

  @Test
  void theShareNearTheBordersCountsBothSides() {
    WeightHistogram histogram = WeightHistogram.of("w", "now", new float[] {0.41f, 0.59f, -0.41f, -0.59f, 0, 1, 0.3f, 0.7f}, 1);
    assertThat(histogram.shareNearBorders(0.1)).isEqualTo(0.5);
  }

  @Test
  void aScaleOfZeroIsRefused() {
    assertThatThrownBy(() -> WeightHistogram.of("w", "now", new float[1], 0))
        .hasMessage("histogram: w: scale 0.0; expected a positive number");
  }
}
