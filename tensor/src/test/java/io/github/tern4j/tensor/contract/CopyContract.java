package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.CopyKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link CopyKernel} promises. */
public abstract class CopyContract extends KernelContract<CopyKernel> {

  /** The suite. */
  protected CopyContract() {
    super(CopyKernel.class);
  }

  @EveryWidth
  void everyLayoutIsCopiedToEveryOther(int n) {
    for (Layout from : Layout.values()) {
      for (Layout to : Layout.values()) {
        for (float factor : new float[] {1, 0, -0.3f}) {
          check(tensors.normal(from, 3, n), factor, tensors.normal(to, 3, n), false);
          check(tensors.normal(from, 3, n), factor, tensors.normal(to, 3, n), true);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anyAxesMayBeExchanged(boolean accumulate) {
    for (int a = 0; a < 4; a++) {
      for (int b = a; b < 4; b++) {
        int first = a;
        int second = b;
        Operand x = tensors.normal(3, 5, 2, 17).through(t -> t.transpose(first, second));
        check(x, 1, tensors.normal(x.shape().dims()), accumulate);
        Operand out = tensors.normal(3, 5, 2, 17).through(t -> t.transpose(first, second));
        check(tensors.normal(out.shape().dims()), 2.5f, out, accumulate);
        check(x, 0.1f, out, accumulate);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void expandedInputsAreRepeated(boolean accumulate) {
    for (int[] dims : new int[][] {{}, {1}, {19}, {4, 1}, {3, 1, 19}, {1, 4, 1}}) {
      check(tensors.normal(dims).through(x -> x.expand(Shape.of(3, 4, 19))), 0.7f, tensors.normal(3, 4, 19), accumulate);
    }
  }

  @Test
  void aColumnIsCopiedToAColumn() {
    Operand column = tensors.normal(33, 5).through(x -> x.slice(1, 2, 3).select(1, 0));
    check(column, 1, tensors.normal(33, 4).through(x -> x.select(1, 3)), true);
  }

  @Test
  void factorOneCopiesBits() {
    float[] odd = {-0f, Float.NaN, Float.intBitsToFloat(0x7fc12345), Float.intBitsToFloat(0xffc54321),
        // A signalling NaN: multiplied by 1 it would become a quiet one.
        Float.intBitsToFloat(0x7f812345), Float.MIN_VALUE,
        Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0x007fffff)};
    Operand x = Operand.of(odd, odd.length);
    Operand out = tensors.normal(odd.length);
    float[] got = run((kernel, at) -> kernel.copy(at.of(x), 1, at.of(out), false)).of(out);
    for (int i = 0; i < odd.length; i++) {
      assertThat(Float.floatToRawIntBits(got[i])).isEqualTo(Float.floatToRawIntBits(odd[i]));
    }
  }

  @Test
  void factorZeroOfInfinityIsNaN() {
    Operand x = Operand.of(new float[] {Float.POSITIVE_INFINITY, 2, Float.NaN}, 3);
    Operand out = tensors.normal(3);
    run((kernel, at) -> kernel.copy(at.of(x), 0, at.of(out), false)).equalTo(out, Float.NaN, 0, Float.NaN);
  }

  @Test
  void accumulationIsFused() {
    // 1 + 2^-12 squared is 1 + 2^-11 + 2^-24; the last term survives only in one rounding with the -1.
    float almost = 1 + 0x1p-12f;
    Operand x = Operand.of(new float[] {almost}, 1);
    Operand out = Operand.of(new float[] {-1}, 1);
    run((kernel, at) -> kernel.copy(at.of(x), almost, at.of(out), true)).equalTo(out, 0x1p-11f + 0x1p-24f);
  }

  @Test
  void outputMayBeTheInput() {
    for (Layout layout : Layout.values()) {
      Operand x = tensors.normal(layout, 3, 37);
      check(x, -0.3f, x, false);
      check(x, -0.3f, x, true);
    }
  }

  @Test
  void fillReachesTheViewAndNothingElse() {
    for (Layout layout : Layout.values()) {
      Operand out = tensors.normal(layout, 2, 4, 19);
      run((kernel, at) -> kernel.fill(-1.5f, at.of(out)));
      Operand column = out.through(x -> x.transpose(0, 2).select(1, 3));
      float[] filled = run((kernel, at) -> kernel.fill(-1.5f, at.of(column))).of(column);
      assertThat(filled).hasSize(38).containsOnly(-1.5f);
    }
  }

  @Test
  void scalarsAndEmptyTensorsAreAccepted() {
    check(tensors.normal(), 3, tensors.normal(), true);
    check(tensors.normal(2, 0, 3), 3, tensors.normal(2, 0, 3), true);
    Operand empty = tensors.normal(0, 7);
    run((kernel, at) -> kernel.fill(1, at.of(empty))).equalTo(empty);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().copy(x, 1, upload(new float[6], 3, 2), false))
        .withMessage("copy: shapes differ: out [3, 2]; x F32 [2, 3], out F32 [3, 2]; expected the shape of x");
    Tensor buffer = upload(new float[8], 8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().copy(buffer.slice(0, 0, 6), 1, buffer.slice(0, 2, 8), false))
        .withMessage("copy: out overlaps x; x F32 [6], out F32 [6]; expected separate memory");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().fill(1, upload(new float[3], 3).expand(Shape.of(2, 3))))
        .withMessageStartingWith("fill: out is an expanded view; ");
  }

  private void check(Operand x, float factor, Operand out, boolean accumulate) {
    Outcome outcome = run((kernel, at) -> kernel.copy(at.of(x), factor, at.of(out), accumulate));
    float[] values = x.values();
    float[] exact = out.values();
    for (int i = 0; i < exact.length; i++) {
      exact[i] = accumulate ? Math.fma(factor, values[i], exact[i]) : factor * values[i];
    }
    outcome.equalTo(out, exact);
  }
}
