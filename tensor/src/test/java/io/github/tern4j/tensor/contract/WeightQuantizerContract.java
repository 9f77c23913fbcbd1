package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.Summation;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link WeightQuantizerKernel} promises. */
public abstract class WeightQuantizerContract extends KernelContract<WeightQuantizerKernel> {

  private static final float EPS = 1e-5f;

  /** The suite. */
  protected WeightQuantizerContract() {
    super(WeightQuantizerKernel.class);
  }

  @EveryWidth
  void scaleOfTheTensorIsItsMeanMagnitude(int columns) {
    checkScales(tensors.normal(Layout.OFFSET, 5, columns), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {Summation.ELEMENTS_PER_CHUNK - 1, Summation.ELEMENTS_PER_CHUNK, Summation.ELEMENTS_PER_CHUNK + 1, 40_000})
  void scaleOfALargeTensorIsItsMeanMagnitude(int columns) {
    checkScales(tensors.normal(1, columns), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 32, 64, 100})
  void scalesOfGroupsAreTheirMeanMagnitudes(int groupSize) {
    for (int columns : new int[] {1, 16, 33, 64, 97}) {
      checkScales(tensors.normal(Layout.OFFSET, 3, columns), groupSize);
    }
  }

  @ParameterizedTest
  @EnumSource
  void codesAreTheNearestOfMinusOneZeroAndOne(EpsilonRule rule) {
    for (int groupSize : new int[] {0, 1, 16, 17, 40}) {
      Operand weight = tensors.normal(Layout.OFFSET, 4, 53);
      Operand scales = groupSize == 0 ? tensors.normal(1) : tensors.normal(4, Math.ceilDiv(53, groupSize));
      Operand out = tensors.normal(Layout.OFFSET, 4, 53);
      byte[] codes = new byte[4 * 53];
      Outcome outcome = run((kernel, at) -> {
        kernel.scales(at.of(weight), groupSize, at.of(scales));
        kernel.fakeQuantize(at.of(weight), groupSize, at.of(scales), rule, EPS, at.of(out));
        kernel.codes(at.of(weight), groupSize, at.of(scales), rule, EPS, codes);
      });
      float[] values = weight.values();
      float[] deltas = outcome.of(scales);
      float[] quantized = new float[codes.length];
      for (int i = 0; i < codes.length; i++) {
        float delta = deltas[groupSize == 0 ? 0 : i / 53 * Math.ceilDiv(53, groupSize) + i % 53 / groupSize];
        double quotient = values[i] / (double) rule.divisor(delta, EPS);
        double nearest = Math.clamp(quotient, -1, 1);
        assertThat((double) codes[i]).isBetween(-1.0, 1.0).isBetween(nearest - 0.5 - U, nearest + 0.5 + U);
        quantized[i] = codes[i] * delta;
      }
      outcome.equalTo(out, quantized);
    }
  }

  @Test
  void tiesRoundToEvenAndZeroHasNoSign() {
    float half = 0.5f;
    float above = Math.nextUp(half);
    Operand weight = Operand.of(new float[] {half, -half, above, -above, 1.5f, -7, -0f, 0.3f, -0.3f}, 1, 9);
    Operand scales = Operand.of(new float[] {1}, 1);
    Operand out = tensors.normal(1, 9);
    byte[] codes = new byte[9];
    run((kernel, at) -> {
      kernel.fakeQuantize(at.of(weight), 0, at.of(scales), EpsilonRule.ADDED, 0, at.of(out));
      kernel.codes(at.of(weight), 0, at.of(scales), EpsilonRule.ADDED, 0, codes);
    }).equalTo(out, 0, 0, 1, -1, 1, -1, 0, 0, 0);
    assertThat(codes).containsExactly(0, 0, 1, -1, 1, -1, 0, 0, 0);
  }

  @ParameterizedTest
  @EnumSource
  void zeroWeightsGiveZeros(EpsilonRule rule) {
    for (int groupSize : new int[] {0, 16}) {
      Operand weight = Operand.of(new float[2 * 33], 2, 33);
      Operand scales = groupSize == 0 ? tensors.normal(1) : tensors.normal(2, 3);
      Operand out = tensors.normal(2, 33);
      Outcome outcome = run((kernel, at) -> {
        kernel.scales(at.of(weight), groupSize, at.of(scales));
        kernel.fakeQuantize(at.of(weight), groupSize, at.of(scales), rule, EPS, at.of(out));
      });
      outcome.equalTo(scales, new float[scales.size()]);
      outcome.equalTo(out, new float[2 * 33]);
    }
  }

  @Test
  void epsilonIsAddedOrALowerBound() {
    Operand weight = Operand.of(new float[] {0.6f, 0.6f, 1.4f, 1.4f}, 1, 4);
    Operand scales = Operand.of(new float[] {1}, 1);
    Operand out = tensors.normal(1, 4);
    run((kernel, at) -> kernel.fakeQuantize(at.of(weight), 0, at.of(scales), EpsilonRule.ADDED, 0.5f, at.of(out)))
        .equalTo(out, 0, 0, 1, 1);
    run((kernel, at) -> kernel.fakeQuantize(at.of(weight), 0, at.of(scales), EpsilonRule.LOWER_BOUND, 0.5f, at.of(out)))
        .equalTo(out, 1, 1, 1, 1);
  }

  @Test
  void nanSpreadsOverItsTensorOrGroup() {
    float[] values = new float[40];
    values[3] = Float.NaN;
    Operand weight = Operand.of(values, 2, 20);
    Operand scale = tensors.normal(1);
    Operand scales = tensors.normal(2, 2);
    Operand out = tensors.normal(2, 20);
    run((kernel, at) -> {
      kernel.scales(at.of(weight), 0, at.of(scale));
      kernel.fakeQuantize(at.of(weight), 0, at.of(scale), EpsilonRule.ADDED, EPS, at.of(out));
    }).allNaN(out);
    float[] grouped = run((kernel, at) -> {
      kernel.scales(at.of(weight), 10, at.of(scales));
      kernel.fakeQuantize(at.of(weight), 10, at.of(scales), EpsilonRule.ADDED, EPS, at.of(out));
    }).of(out);
    for (int i = 0; i < 40; i++) {
      assertThat(Float.isNaN(grouped[i])).isEqualTo(i < 10);
    }
  }

  @Test
  void outputMayBeTheWeight() {
    Operand weight = tensors.normal(3, 37);
    Operand scales = Operand.of(new float[] {0.8f}, 1);
    Operand out = tensors.normal(3, 37);
    float[] apart = run((kernel, at) ->
        kernel.fakeQuantize(at.of(weight), 0, at.of(scales), EpsilonRule.ADDED, EPS, at.of(out))).of(out);
    run((kernel, at) -> kernel.fakeQuantize(at.of(weight), 0, at.of(scales), EpsilonRule.ADDED, EPS, at.of(weight)))
        .equalTo(weight, apart);
  }

  @Test
  void misfitsAreRefused() {
    Tensor weight = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().scales(weight, 2, upload(new float[2], 2)))
        .withMessage("weight scales: size of scales does not fit; weight F32 [2, 3], scales F32 [2]; "
            + "expected 4 elements, [out, ceil(in / groupSize)] = [2, 2]");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().scales(weight, -1, upload(new float[1], 1)))
        .withMessageStartingWith("weight scales: groupSize is negative; ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().codes(weight, 0, upload(new float[1], 1), EpsilonRule.ADDED, EPS, new byte[5]))
        .withMessageEndingWith("; expected one byte for each weight");
  }

  private void checkScales(Operand weight, int groupSize) {
    int rows = weight.shape().dim(0);
    int columns = weight.shape().dim(1);
    int groups = groupSize == 0 ? 1 : rows * Math.ceilDiv(columns, groupSize);
    Operand scales = tensors.normal(Layout.OFFSET, groups);
    Outcome outcome = run((kernel, at) -> kernel.scales(at.of(weight), groupSize, at.of(scales)));
    double[] sums = new double[groups];
    int[] counts = new int[groups];
    float[] values = weight.values();
    for (int i = 0; i < values.length; i++) {
      int group = groupSize == 0 ? 0 : i / columns * Math.ceilDiv(columns, groupSize) + i % columns / groupSize;
      sums[group] += Math.abs(values[i]);
      counts[group]++;
    }
    double[] bound = new double[groups];
    for (int group = 0; group < groups; group++) {
      sums[group] /= counts[group];
      bound[group] = sums[group] * (U + counts[group] * 0x1p-52);
    }
    outcome.within(scales, sums, bound);
  }
}
