package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.Bf16ProductKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link Bf16ProductKernel} promises. Weights lie in the memory of the host on every backend that has the kernel. */
public abstract class Bf16ProductContract extends KernelContract<Bf16ProductKernel> {

  private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The suite. */
  protected Bf16ProductContract() {
    super(Bf16ProductKernel.class);
  }

  @ParameterizedTest(name = "{0} rows, {1} outputs of {2}")
  @CsvSource({"1,1,1", "1,4,32", "2,5,31", "3,3,33", "1,9,97", "5,4,64", "4,17,63", "2,8,256", "7,13,300", "1,300,515", "33,130,66",
      "0,3,4", "3,0,4", "3,5,0"})
  void productsAreWithinTheBoundOfTheExactOnes(int rows, int outputs, int n) {
    for (Layout layout : new Layout[] {Layout.CONTIGUOUS, Layout.OFFSET}) {
      Tensor weight = bf16(layout, outputs, n);
      Operand x = tensors.normal(layout, rows, n);
      Operand out = tensors.normal(layout, rows, outputs);
      double[] exact = new double[rows * outputs];
      double[] bound = new double[rows * outputs];
      float[] values = x.values();
      for (int i = 0; i < exact.length; i++) {
        double magnitudes = 0;
        for (int j = 0; j < n; j++) {
          double term = (double) values[i / outputs * n + j] * weight.get(i % outputs, j);
          exact[i] += term;
          magnitudes += Math.abs(term);
        }
        // Each term is rounded once on its way along a lane, then by four folds and the last addition.
        bound[i] = 1.01 * (Math.ceilDiv(n, 32) + 5) * U * magnitudes + TINY;
      }
      run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).within(out, exact, bound);
    }
  }

  @Test
  void evenAndOddElementsAreSummedApartInSixteenLanes() {
    // In lanes 0 and 1 2^24 swallows every 1 added to it; the other lanes keep theirs.
    float[] values = new float[320];
    Arrays.fill(values, 1);
    values[0] = 0x1p24f;
    values[1] = 0x1p24f;
    Operand x = Operand.of(values, 1, 320);
    Operand out = tensors.normal(1, 5);
    Tensor ones = bf16(Layout.CONTIGUOUS, 5, 320);
    for (int i = 0; i < 5 * 320; i++) {
      ones.segment().set(BF16, 2L * i, (short) 0x3F80);
    }
    Outcome outcome = run((kernel, at) -> kernel.product(ones, at.of(x), at.of(out)));
    if (bitwise()) {
      // 15 lanes of 10 each meet the large one in folds of 10, 20, 40 and 80.
      float[] expected = new float[5];
      Arrays.fill(expected, 2 * (0x1p24f + 150));
      outcome.equalTo(out, expected);
    }
  }

  @Test
  void rowsDoNotDependOnTheirNeighbours() {
    Tensor weight = bf16(Layout.CONTIGUOUS, 11, 70);
    Operand x = tensors.normal(5, 70);
    Operand out = tensors.normal(5, 11);
    float[] all = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
    Operand one = tensors.normal(1, 11);
    for (int row = 0; row < 5; row++) {
      int from = row;
      Operand alone = x.through(view -> view.slice(0, from, from + 1));
      float[] got = run((kernel, at) -> kernel.product(weight, at.of(alone), at.of(one))).of(one);
      assertSameBits(got, Arrays.copyOfRange(all, row * 11, row * 11 + 11), "row " + row);
    }
  }

  @Test
  void whatLiesBehindARowDoesNotReachIt() {
    // Rows of 33 end inside a vector; the next row begins with infinity.
    Tensor weight = bf16(Layout.CONTIGUOUS, 9, 33);
    for (int output = 1; output < 9; output += 2) {
      weight.segment().set(BF16, 2L * 33 * output, (short) 0x7F80);
    }
    Operand x = tensors.normal(2, 33);
    Operand out = tensors.normal(2, 9);
    float[] got = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
    for (int i = 0; i < got.length; i++) {
      assertThat(Float.isFinite(got[i])).as("element %d", i).isEqualTo(i % 9 % 2 == 0);
    }
  }

  @Test
  void misfitsAreRefusedByNameAndShape() {
    Tensor weight = bf16(Layout.CONTIGUOUS, 3, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(weight, upload(new float[10], 2, 5), upload(new float[6], 2, 3)))
        .withMessage("bf16 product: inner dimensions differ; weight BF16 [3, 4], x F32 [2, 5], out F32 [2, 3]; "
            + "expected weight [out, in], x [rows, in]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(weight, upload(new float[8], 2, 4), upload(new float[8], 2, 4)))
        .withMessageContaining("expected out [2, 3] = [rows, out]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(upload(new float[12], 3, 4), upload(new float[8], 2, 4), upload(new float[6], 2, 3)))
        .withMessageContaining("weight is not contiguous BF16");
  }

  /** Normal values cut to BF16; with an offset at an odd byte, as a mapped file may have them. */
  private Tensor bf16(Layout layout, int... dims) {
    float[] values = tensors.normal(dims).values();
    int before = layout == Layout.OFFSET ? 7 : 0;
    MemorySegment memory = Arena.ofAuto().allocate(before + 2L * values.length);
    MemorySegment segment = memory.asSlice(before);
    for (int i = 0; i < values.length; i++) {
      segment.set(BF16, 2L * i, (short) (Float.floatToRawIntBits(values[i]) >>> 16));
    }
    return Tensor.of(new NativeStorage(segment, DType.BF16), Shape.of(dims));
  }
}
