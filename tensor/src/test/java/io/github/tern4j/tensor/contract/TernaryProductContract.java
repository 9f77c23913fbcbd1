package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link TernaryProductKernel} promises: the same bits on every backend, devices included. */
public abstract class TernaryProductContract extends KernelContract<TernaryProductKernel> {

  /** The suite. */
  protected TernaryProductContract() {
    super(TernaryProductKernel.class);
  }

  @ParameterizedTest(name = "in {0}")
  @ValueSource(ints = {0, 1, 3, 4, 5, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 255, 257, 1000})
  void productsAreTheExactIntegersTimesTheScale(int in) {
    for (int rows : new int[] {1, 3, 8}) {
      for (int out : new int[] {1, 5, 17}) {
        check(tensors.ternary(0, out, in), tensors.bytes(rows, in));
      }
    }
  }

  @ParameterizedTest(name = "groups of {0}")
  @ValueSource(ints = {1, 4, 6, 16, 32, 64, 100, 128})
  void groupsAddUpInOrder(int groupSize) {
    for (int in : new int[] {1, 16, 33, 100, 128, 300}) {
      check(tensors.ternary(groupSize, 7, in), tensors.bytes(3, in));
    }
  }

  @Test
  void extremeCodesDoNotOverflow() {
    int in = 4096;
    byte[] ones = new byte[2 * in];
    Arrays.fill(ones, 0, in, (byte) 1);
    Arrays.fill(ones, in, 2 * in, (byte) -1);
    byte[] smallest = new byte[2 * in];
    Arrays.fill(smallest, 0, in, (byte) -128);
    Arrays.fill(smallest, in, 2 * in, (byte) 127);
    check(packed(ones, 2, in), codes(smallest, 2, in));
    Arrays.fill(smallest, (byte) -128);
    Arrays.fill(ones, (byte) -1);
    check(packed(ones, 2, in), codes(smallest, 2, in));
  }

  /** Segments, words and panels of the table lookups, and fewer and more tokens than share a task. */
  @ParameterizedTest(name = "in {0}")
  @ValueSource(ints = {8, 9, 10, 26, 27, 28, 81, 512, 513, 514, 1031})
  void sizesAroundTheWordsOfTablesAreExact(int in) {
    for (int rows : new int[] {1, 7, 8, 17}) {
      for (int out : new int[] {31, 64, 65, 193}) {
        check(tensors.ternary(0, out, in), tensors.bytes(rows, in));
        check(tensors.ternary(256, out, in), tensors.bytes(rows, in));
      }
    }
  }

  @Test
  void preparedWeightsRefuseMisfits() {
    Tensor codes = backend().upload(tensors.bytes(2, 7).copy());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().prepare(tensors.ternary(0, 5, 8)).product(codes, upload(new float[2], 2),
            upload(new float[10], 2, 5)))
        .withMessageStartingWith("ternary product: columns differ: codes 7, weight 8; ");
  }

  @Test
  void codesMayStartInsideTheirBuffer() {
    check(tensors.ternary(0, 5, 33), tensors.bytes(6, 33).through(x -> x.slice(0, 2, 5)));
  }

  @Test
  void noRowsAreAccepted() {
    check(tensors.ternary(0, 5, 8), tensors.bytes(0, 8));
    check(tensors.ternary(0, 0, 8), tensors.bytes(2, 8));
  }

  @Test
  void infiniteAndMissingLargestMagnitudesSpread() {
    Operand x = codes(new byte[] {1, 1, 1, 1, 1, -1}, 3, 2);
    Operand gamma = Operand.of(new float[] {Float.POSITIVE_INFINITY, Float.NaN, 127}, 3);
    Operand out = tensors.normal(3, 1);
    PackedTernary weight = packed(new byte[] {1, 1}, 1, 2);
    run((kernel, at) -> kernel.product(weight, at.of(x), at.of(gamma), at.of(out)))
        .equalTo(out, Float.POSITIVE_INFINITY, Float.NaN, 0);
  }

  @Test
  void misfitsAreRefused() {
    PackedTernary weight = tensors.ternary(0, 5, 8);
    Tensor codes = backend().upload(tensors.bytes(2, 7).copy());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(weight, codes, upload(new float[2], 2), upload(new float[10], 2, 5)))
        .withMessage("ternary product: columns differ: codes 7, weight 8; codes I8 [2, 7], gamma F32 [2], out F32 [2, 5]; "
            + "expected codes [rows, in]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(weight, upload(new float[16], 2, 8), upload(new float[2], 2),
            upload(new float[10], 2, 5)))
        .withMessageStartingWith("ternary product: codes are not contiguous I8; ");
  }

  private void check(PackedTernary weight, Operand codes) {
    int rows = codes.shape().dim(0);
    Operand gamma = tensors.normal(Layout.OFFSET, rows);
    Operand out = tensors.normal(Layout.OFFSET, rows, weight.rows());
    float[] exact = exact(weight, codes, gamma);
    run((kernel, at) -> kernel.product(weight, at.of(codes), at.of(gamma), at.of(out))).equalTo(out, exact);
    run((kernel, at) -> kernel.prepare(weight).product(at.of(codes), at.of(gamma), at.of(out))).equalTo(out, exact);
    run((kernel, at) -> {
      TernaryInput input = kernel.input();
      input.set(at.of(codes), at.of(gamma));
      kernel.prepare(weight).product(input, at.of(out));
    }).equalTo(out, exact);
  }

  private static float[] exact(PackedTernary weight, Operand codes, Operand gamma) {
    int rows = codes.shape().dim(0);
    int in = codes.shape().dim(1);
    float[] x = codes.values();
    byte[] w = weight.unpack();
    float[] exact = new float[rows * weight.rows()];
    for (int i = 0; i < exact.length; i++) {
      int row = i / weight.rows();
      int output = i % weight.rows();
      long[] sums = new long[weight.groupsPerRow()];
      for (int column = 0; column < in; column++) {
        sums[weight.groupSize() == 0 ? 0 : column / weight.groupSize()] += (long) x[row * in + column] * w[output * in + column];
      }
      float step = gamma.values()[row] / 127;
      if (weight.groupSize() == 0) {
        exact[i] = sums[0] * (weight.scale(output, 0) * step);
      } else {
        float total = 0;
        for (int group = 0; group < sums.length; group++) {
          total = Math.fma((float) sums[group], weight.scale(output, group), total);
        }
        exact[i] = step * total;
      }
    }
    return exact;
  }

  private static PackedTernary packed(byte[] codes, int rows, int columns) {
    MemorySegment segment = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns));
    PackedTernary.pack(codes, Shape.of(rows, columns), segment);
    return new PackedTernary(Shape.of(rows, columns), 0, segment, new float[] {0.75f});
  }

  private static Operand codes(byte[] values, int... dims) {
    MemorySegment segment = Arena.ofAuto().allocate(values.length);
    segment.copyFrom(MemorySegment.ofArray(values));
    return new Operand(Tensor.of(new NativeStorage(segment, DType.I8), Shape.of(dims)), UnaryOperator.identity());
  }
}
