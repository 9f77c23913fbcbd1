package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Activation codes {@code [rows, in]} and a ternary weight {@code [out, in]} for properties of the packed product.
 *
 * @param groupSize columns of a group, or 0 for one scale
 */
public record TernaryProductCase(int rows, int out, int in, int groupSize, long seed) {

  /** Every shape, odd widths and empty ones included; one in four is large enough for several tasks of a parallel kernel. */
  public static final class Any implements ArbitrarySupplier<TernaryProductCase> {
    @Override
    public Arbitrary<TernaryProductCase> get() {
      Arbitrary<Integer> groupSize = Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(0)), Tuple.of(1, between(1, 140)));
      return Arbitraries.frequencyOf(Tuple.of(3, of(between(0, 9), between(0, 40), between(0, 300), groupSize)),
          Tuple.of(1, of(between(1, 2), between(60, 120), between(1100, 2500), groupSize)));
    }

    private static Arbitrary<TernaryProductCase> of(Arbitrary<Integer> rows, Arbitrary<Integer> out, Arbitrary<Integer> in,
        Arbitrary<Integer> groupSize) {
      return Combinators.combine(rows, out, in, groupSize, Arbitraries.longs()).as(TernaryProductCase::new);
    }

    private static Arbitrary<Integer> between(int smallest, int largest) {
      return Arbitraries.integers().between(smallest, largest);
    }
  }

  /** Where all scales are 1 and gamma is 127, the product is the triple loop over integers, which are below 2^24. */
  public void assertIntegersAreExact(Backend backend) {
    float[] gamma = new float[rows];
    Arrays.fill(gamma, 127);
    float[] scales = new float[scales()];
    Arrays.fill(scales, 1);
    long[][] sums = sums();
    float[] expected = new float[rows * out];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Arrays.stream(sums[i]).sum();
    }
    assertThat(product(backend, gamma, scales)).isEqualTo(expected);
  }

  /** Any scales are applied to these integers in the order of the contract. */
  public void assertScalesAreAppliedInOrder(Backend backend) {
    float[] gamma = positive("gamma", rows);
    float[] scales = positive("scales", scales());
    long[][] sums = sums();
    float[] expected = new float[rows * out];
    for (int i = 0; i < expected.length; i++) {
      float step = gamma[i / out] / 127;
      if (groupSize == 0) {
        expected[i] = sums[i][0] * (scales[0] * step);
      } else {
        float total = 0;
        for (int group = 0; group < sums[i].length; group++) {
          total = Math.fma(sums[i][group], scales[i % out * sums[i].length + group], total);
        }
        expected[i] = step * total;
      }
    }
    assertThat(product(backend, gamma, scales)).isEqualTo(expected);
  }

  /** For each output the integer sums of its groups. */
  private long[][] sums() {
    byte[] activations = activations();
    byte[] weights = weights();
    long[][] sums = new long[rows * out][groupsPerRow()];
    for (int row = 0; row < rows; row++) {
      for (int output = 0; output < out; output++) {
        for (int column = 0; column < in; column++) {
          int group = groupSize == 0 ? 0 : column / groupSize;
          sums[row * out + output][group] += (long) activations[row * in + column] * weights[output * in + column];
        }
      }
    }
    return sums;
  }

  private float[] product(Backend backend, float[] gamma, float[] scales) {
    MemorySegment packed = Arena.ofAuto().allocate((long) out * PackedTernary.bytesPerRow(in));
    PackedTernary.pack(weights(), Shape.of(out, in), packed);
    MemorySegment codes = Arena.ofAuto().allocate((long) rows * in);
    codes.copyFrom(MemorySegment.ofArray(activations()));
    Tensor product = backend.allocate(Shape.of(rows, out));
    backend.kernel(TernaryProductKernel.class).prepare(new PackedTernary(Shape.of(out, in), groupSize, packed, scales)).product(
        backend.upload(Tensor.of(new NativeStorage(codes, DType.I8), Shape.of(rows, in))), backend.upload(Tensor.of(gamma, rows)),
        product);
    float[] downloaded = backend.download(product);
    backend.release(product);
    return downloaded;
  }

  private byte[] activations() {
    Rng rng = Rng.of(seed).at("activations");
    byte[] codes = new byte[rows * in];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) rng.bits(i);
    }
    return codes;
  }

  private byte[] weights() {
    Rng rng = Rng.of(seed).at("weights");
    byte[] codes = new byte[out * in];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (rng.below(i, 3) - 1);
    }
    return codes;
  }

  private float[] positive(String stream, int count) {
    Rng rng = Rng.of(seed).at(stream);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (0.01 + rng.uniform(i));
    }
    return values;
  }

  private int groupsPerRow() {
    return groupSize == 0 ? 1 : Math.ceilDiv(in, groupSize);
  }

  private int scales() {
    return groupSize == 0 ? 1 : out * groupsPerRow();
  }
}
