package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;

/**
 * Activations {@code [rows, n]}: normal values times {@code 2^exponent}, each row eight times as large as the one before.
 *
 * @param outliers whether one value in sixteen is forty times as large
 */
record ActivationCase(int rows, int n, boolean outliers, int exponent, long seed) {

  /** Every shape, magnitudes on both sides of the usual eps. */
  static final class Any implements ArbitrarySupplier<ActivationCase> {
    @Override
    public Arbitrary<ActivationCase> get() {
      return Combinators.combine(Arbitraries.integers().between(1, 6), Arbitraries.integers().between(1, 70),
          Arbitraries.of(true, false), Arbitraries.integers().between(-20, 12), Arbitraries.longs()).as(ActivationCase::new);
    }
  }

  /** What a backend makes of activations. */
  record Quantized(float[] gamma, byte[] codes, float[] values) {}

  float[] activations() {
    Rng rng = Rng.of(seed);
    float[] x = new float[rows * n];
    for (int i = 0; i < x.length; i++) {
      float value = (float) rng.normal(i) * (outliers && rng.at("outliers").below(i, 16) == 0 ? 40 : 1);
      x[i] = Math.scalb(value, exponent + 3 * (i / n));
    }
    return x;
  }

  /** Quantizes any number of rows of this width. */
  Quantized quantize(CpuUnderTest on, float[] x, EpsilonRule rule, float eps) {
    ActivationQuantizerKernel kernel = on.backend().kernel(ActivationQuantizerKernel.class);
    Tensor values = Tensor.zeros(x.length / n, n);
    Tensor gamma = Tensor.zeros(x.length / n);
    Tensor codes = Tensor.of(new NativeStorage(Arena.ofAuto().allocate(x.length), DType.I8), Shape.of(x.length / n, n));
    kernel.codes(Tensor.of(x, x.length / n, n), rule, eps, codes, Tensor.zeros(x.length / n));
    kernel.fakeQuantize(Tensor.of(x, x.length / n, n), rule, eps, values, gamma);
    return new Quantized(gamma.array(), codes.segment().toArray(ValueLayout.JAVA_BYTE), values.array());
  }
}
