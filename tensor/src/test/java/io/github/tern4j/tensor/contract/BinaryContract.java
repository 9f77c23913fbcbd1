package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link BinaryKernel} promises. */
public abstract class BinaryContract extends KernelContract<BinaryKernel> {

  private static final float[] SPECIAL = {0, -0f, 1, -3, 0.1f, 1e-30f, -1e30f, Float.MIN_VALUE, Float.MAX_VALUE,
      Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};

  /** The suite. */
  protected BinaryContract() {
    super(BinaryKernel.class);
  }

  @EveryWidth
  void everyLayoutIsRoundedOnce(int n) {
    for (BinaryFunction function : BinaryFunction.values()) {
      for (Layout layout : Layout.values()) {
        for (boolean accumulate : new boolean[] {false, true}) {
          Operand a = tensors.normal(Layout.CONTIGUOUS, 2, 3, n);
          Operand b = tensors.normal(layout, 2, 3, n);
          check(function, a, b, tensors.normal(layout, 2, 3, n), accumulate);
          check(function, b, a, tensors.normal(Layout.STRIDED, 2, 3, n), accumulate);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void smallerOperandsAreStretched(BinaryFunction function) {
    int[][] smaller = {{}, {1}, {17}, {3, 1}, {1, 17}, {2, 1, 1}, {2, 1, 17}, {1, 3, 1}, {2, 3, 17}};
    Shape full = Shape.of(2, 3, 17);
    for (int[] dims : smaller) {
      Operand stretched = tensors.normal(dims).through(x -> x.expand(full));
      check(function, tensors.normal(2, 3, 17), stretched, tensors.normal(Layout.OFFSET, 2, 3, 17), false);
      check(function, stretched, tensors.normal(2, 3, 17), tensors.normal(2, 3, 17), true);
      check(function, stretched, stretched, tensors.normal(2, 3, 17), false);
    }
  }

  @ParameterizedTest
  @EnumSource
  void specialValuesFollowIeee754(BinaryFunction function) {
    int n = SPECIAL.length;
    Operand a = Operand.of(SPECIAL, n, 1).through(x -> x.expand(Shape.of(n, n)));
    Operand b = Operand.of(SPECIAL, n).through(x -> x.expand(Shape.of(n, n)));
    check(function, a, b, tensors.normal(n, n), false);
  }

  @ParameterizedTest
  @EnumSource
  void outputMayBeAnInput(BinaryFunction function) {
    Operand a = tensors.normal(5, 19);
    Operand b = tensors.normal(5, 19);
    Operand out = tensors.normal(5, 19);
    float[] apart = run((kernel, at) -> kernel.apply(function, at.of(a), at.of(b), at.of(out), false)).of(out);
    run((kernel, at) -> kernel.apply(function, at.of(a), at.of(b), at.of(a), false)).equalTo(a, apart);
    run((kernel, at) -> kernel.apply(function, at.of(a), at.of(b), at.of(b), false)).equalTo(b, apart);
  }

  @Test
  void partsOfOneBufferAreIndependent() {
    Operand left = tensors.normal(6, 20).through(x -> x.slice(1, 0, 9));
    Operand right = new Operand(left.buffer(), x -> x.slice(1, 11, 20));
    check(BinaryFunction.MULTIPLY, left, left, right, true);
  }

  @Test
  void scalarsAndEmptyTensorsAreAccepted() {
    check(BinaryFunction.ADD, tensors.normal(), tensors.normal(), tensors.normal(), true);
    check(BinaryFunction.ADD, tensors.normal(4, 0), tensors.normal(4, 0), tensors.normal(4, 0), false);
    check(BinaryFunction.ADD, tensors.normal(0, 4), tensors.normal(0, 4), tensors.normal(0, 4), true);
  }

  @Test
  void misfitsAreRefused() {
    Tensor a = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().apply(BinaryFunction.ADD, a, upload(new float[3], 3), upload(new float[6], 2, 3), false))
        .withMessage("binary: shapes differ: b [3]; a F32 [2, 3], b F32 [3], out F32 [2, 3]; expected the shape of out");
    assertThatIllegalArgumentException().isThrownBy(
        () -> kernel().apply(BinaryFunction.ADD, upload(new float[6], 3, 2).transpose(0, 1), a, a, false))
        .withMessageStartingWith("binary: the last dimension of an operand has gaps; ")
        .withMessageEndingWith("; expected stride 1 or 0 along the last dimension");
  }

  private void check(BinaryFunction function, Operand a, Operand b, Operand out, boolean accumulate) {
    Outcome outcome = run((kernel, at) -> kernel.apply(function, at.of(a), at.of(b), at.of(out), accumulate));
    float[] left = a.values();
    float[] right = b.values();
    float[] old = out.values();
    float[] exact = new float[old.length];
    for (int i = 0; i < old.length; i++) {
      float value = switch (function) {
        case ADD -> left[i] + right[i];
        case SUBTRACT -> left[i] - right[i];
        case MULTIPLY -> left[i] * right[i];
        case DIVIDE -> left[i] / right[i];
      };
      exact[i] = accumulate ? old[i] + value : value;
    }
    outcome.equalTo(out, exact);
  }
}
