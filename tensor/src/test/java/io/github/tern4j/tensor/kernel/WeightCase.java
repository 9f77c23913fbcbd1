package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;

/**
 * A weight {@code [rows, columns]} with one scale ({@code groupSize} 0) or one for each group.
 *
 * @param kind how values are drawn
 * @param exponent of the power of two that all values are multiplied by
 */
record WeightCase(int rows, int columns, int groupSize, Kind kind, int exponent, long seed) {

  enum Kind {
    /** Standard normal. */
    NORMAL,
    /** Quarters from -2 to 2: ties and equal values are frequent. */
    QUARTERS,
    /** Nine in ten are zero: whole groups are. */
    SPARSE
  }

  /** Every shape, group size and kind. */
  static final class Any implements ArbitrarySupplier<WeightCase> {
    @Override
    public Arbitrary<WeightCase> get() {
      return Combinators.combine(Arbitraries.integers().between(1, 5), Arbitraries.integers().between(1, 70),
          Arbitraries.integers().between(0, 75), Arbitraries.of(Kind.class), Arbitraries.integers().between(-20, 20),
          Arbitraries.longs()).as(WeightCase::new);
    }
  }

  /** What a backend makes of a weight. */
  record Quantized(float[] scales, byte[] codes, float[] values) {}

  float[] weight() {
    Rng rng = Rng.of(seed);
    float[] weight = new float[rows * columns];
    for (int i = 0; i < weight.length; i++) {
      double value = switch (kind) {
        case NORMAL -> rng.normal(i);
        case QUARTERS -> (rng.below(i, 17) - 8) / 4.0;
        case SPARSE -> rng.below(i, 10) == 0 ? rng.normal(i) : 0;
      };
      weight[i] = Math.scalb((float) value, exponent);
    }
    return weight;
  }

  int scales() {
    return groupSize == 0 ? 1 : rows * Math.ceilDiv(columns, groupSize);
  }

  /** The scale that an element belongs to. */
  int group(int element) {
    return groupSize == 0 ? 0 : element / columns * Math.ceilDiv(columns, groupSize) + element % columns / groupSize;
  }

  Quantized quantize(CpuUnderTest on, float[] weight, EpsilonRule rule, float eps) {
    Tensor scales = Tensor.zeros(scales());
    on.backend().kernel(WeightQuantizerKernel.class).scales(Tensor.of(weight, rows, columns), groupSize, scales);
    return quantize(on, weight, scales.array(), rule, eps);
  }

  /** With scales of the caller's choice. */
  Quantized quantize(CpuUnderTest on, float[] weight, float[] scales, EpsilonRule rule, float eps) {
    WeightQuantizerKernel kernel = on.backend().kernel(WeightQuantizerKernel.class);
    Tensor x = Tensor.of(weight, rows, columns);
    Tensor deltas = Tensor.of(scales, scales.length);
    byte[] codes = new byte[weight.length];
    Tensor values = Tensor.zeros(rows, columns);
    kernel.codes(x, groupSize, deltas, rule, eps, codes);
    kernel.fakeQuantize(x, groupSize, deltas, rule, eps, values);
    return new Quantized(scales, codes, values.array());
  }
}
