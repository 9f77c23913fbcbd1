package io.github.tern4j.bitdistill.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class AwqProperties {

  private static final Workers ONE = new Workers(1);

  @Property(tries = 40)
  void neverWorseThanPlainRoundingWhichIsItsFirstPoint(@ForAll @IntRange(min = 1, max = 12) int rows,
      @ForAll @IntRange(min = 1, max = 20) int columns, @ForAll @IntRange(min = 0, max = 8) int groupSize,
      @ForAll @LongRange(min = 0) long seed) {
    Tensor weight = Samples.weight(seed, rows, columns).toTensor();
    Tensor inputs = Samples.inputs(seed, 25, columns);
    Grid grid = new Grid.TernaryPerGroup(groupSize);
    Awq.Result awq = Awq.quantize(weight, inputs, grid, ONE);
    assertThat(awq.losses()).hasSize(20);
    assertThat(awq.losses()[0]).isEqualTo(RoundToNearest.quantize(weight, inputs, grid, ONE).outputMse());
    assertThat(awq.weight().outputMse()).isEqualTo(Arrays.stream(awq.losses()).min().orElseThrow());
    assertThat(awq.losses()[(int) Math.rint(awq.bestRatio() * 20)]).isEqualTo(awq.weight().outputMse());
  }

  /**
   * W' s = scale code in double; W', s and the scale are each rounded once to float, which makes 4 relative errors of 2^-24 at
   * most.
   */
  @Property(tries = 40)
  void dequantizedWeightsAreGridPointsDividedByTheChannelScale(@ForAll @LongRange(min = 0) long seed) {
    Awq.Result awq =
        Awq.quantize(Samples.weight(seed, 4, 10).toTensor(), Samples.inputs(seed, 25, 10), new Grid.Int4Asymmetric(4), ONE);
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 10; column++) {
        int code = awq.weight().codes()[row * 10 + column] - awq.weight().zeros()[row * 3 + column / 4];
        double point = (double) awq.weight().scales().get(row, column / 4) * code;
        double scaled = (double) awq.weight().dequantized().get(row, column) * awq.channelScales().get(column);
        assertThat(scaled).isCloseTo(point, within(4 * 0x1p-24 * Math.abs(point)));
      }
    }
  }

  @Example
  void channelsThatAreAlwaysZeroKeepEverythingFinite() {
    Tensor inputs = Samples.inputs(1, 25, 6);
    for (int row = 0; row < 25; row++) {
      inputs.array()[row * 6 + 3] = 0;
    }
    Awq.Result awq = Awq.quantize(Samples.weight(1, 4, 6).toTensor(), inputs, new Grid.TernaryPerTensor(), ONE);
    assertThat(Awq.meanMagnitudes(inputs).get(3)).isZero();
    for (float w : awq.weight().dequantized().toFloats()) {
      assertThat(w).isFinite();
    }
  }

  @Example
  void threadsDoNotChangeTheBits() {
    Tensor weight = Samples.weight(2, 50, 33).toTensor();
    Tensor inputs = Samples.inputs(2, 40, 33);
    try (Workers three = new Workers(3)) {
      assertThat(Awq.quantize(weight, inputs, new Grid.TernaryPerTensor(), three).losses())
          .isEqualTo(Awq.quantize(weight, inputs, new Grid.TernaryPerTensor(), ONE).losses());
    }
  }
}
