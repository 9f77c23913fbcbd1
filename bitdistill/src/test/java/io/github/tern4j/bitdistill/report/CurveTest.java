package io.github.tern4j.bitdistill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurveTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 399, 400, 401, 799, 800, 801, 12_345})
  void thinningKeepsTheLastStepAndStaysBelowTheLimit(int length) {
    long[] steps = LongStream.rangeClosed(1, length).toArray();
    double[] values = LongStream.of(steps).asDoubleStream().toArray();
    Curve curve = Curve.thinned("s", Curve.Quantity.LOSS, "CE", steps, values);
    assertThat(curve.steps()).hasSizeLessThanOrEqualTo(Curve.MAX_POINTS).isSorted();
    if (length > 0) {
      assertThat(curve.steps().getLast()).isEqualTo(length);
    }
    if (length <= Curve.MAX_POINTS) {
      assertThat(curve.steps()).hasSize(length);
    }
  }

  @Test
  void aThinnedPointIsTheMeanOfItsSteps() {
    double[] values = new double[2 * Curve.MAX_POINTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 2;
    }
    Curve curve = Curve.thinned("s", Curve.Quantity.LOSS, "CE", LongStream.range(0, values.length).toArray(), values);
    assertThat(curve.values()).hasSize(Curve.MAX_POINTS).containsOnly(0.5);
  }

  @Test
  void stepsWithoutValuesAreRefused() {
    assertThatThrownBy(() -> new Curve("s", Curve.Quantity.LOSS, "CE", List.of(1L, 2L), List.of(0.5)))
        .hasMessage("curve: s, CE: 2 steps but 1 values");
  }
}
