package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.RopeKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link RopeKernel} promises. */
public abstract class RopeContract extends KernelContract<RopeKernel> {

  /** The suite. */
  protected RopeContract() {
    super(RopeKernel.class);
  }

  @ParameterizedTest(name = "headDim {0}")
  @ValueSource(ints = {2, 4, 14, 16, 30, 32, 34, 64, 128})
  void pairsAreRotatedByTheirAngle(int headDim) {
    for (Layout layout : Layout.values()) {
      for (boolean inverse : new boolean[] {false, true}) {
        for (boolean accumulate : new boolean[] {false, true}) {
          check(tensors.normal(layout, 2, 5, 3, headDim), inverse, tensors.normal(layout, 2, 5, 3, headDim), accumulate);
        }
      }
    }
  }

  @Test
  void headsOfAFusedProjectionAreRotatedWithoutTouchingTheOthers() {
    Operand projected = tensors.normal(2, 5, 6, 8);
    check(projected.through(x -> x.slice(2, 0, 2)), false, projected.through(x -> x.slice(2, 3, 5)), false);
  }

  @Test
  void outputMayBeTheInput() {
    Operand x = tensors.normal(Layout.STRIDED, 2, 3, 4, 34);
    Operand cos = tensors.normal(3, 17);
    Operand sin = tensors.normal(3, 17);
    Operand out = tensors.normal(2, 3, 4, 34);
    float[] apart = run((kernel, at) -> kernel.rope(at.of(x), at.of(cos), at.of(sin), false, at.of(out), false)).of(out);
    run((kernel, at) -> kernel.rope(at.of(x), at.of(cos), at.of(sin), false, at.of(x), false)).equalTo(x, apart);
  }

  @Test
  void inverseUndoesTheRotation() {
    Operand x = tensors.normal(1, 6, 2, 16);
    float[] cos = new float[6 * 8];
    float[] sin = new float[6 * 8];
    for (int i = 0; i < cos.length; i++) {
      cos[i] = (float) Math.cos(0.37 * i);
      sin[i] = (float) Math.sin(0.37 * i);
    }
    Operand c = Operand.of(cos, 6, 8);
    Operand s = Operand.of(sin, 6, 8);
    Outcome outcome = run((kernel, at) -> {
      kernel.rope(at.of(x), at.of(c), at.of(s), false, at.of(x), false);
      kernel.rope(at.of(x), at.of(c), at.of(s), true, at.of(x), false);
    });
    float[] before = x.values();
    double[] exact = new double[before.length];
    double[] bound = new double[before.length];
    for (int i = 0; i < before.length; i++) {
      exact[i] = before[i];
      // cos and sin are rounded (2 u relative in their squares' sum), and each rotation rounds twice a sum of two products.
      float partner = before[i % 16 < 8 ? i + 8 : i - 8];
      bound[i] = 8 * U * (Math.abs(before[i]) + Math.abs(partner));
    }
    outcome.within(x, exact, bound);
  }

  @Test
  void emptyBatchIsAccepted() {
    check(tensors.normal(0, 3, 2, 4), false, tensors.normal(0, 3, 2, 4), true);
    check(tensors.normal(2, 0, 2, 4), false, tensors.normal(2, 0, 2, 4), true);
  }

  @Test
  void misfitsAreRefused() {
    Tensor table = upload(new float[2], 1, 2);
    Tensor x = upload(new float[5], 1, 1, 1, 5);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().rope(x, table, table, false, x, false))
        .withMessageStartingWith("rope: headDim is odd; ");
    Tensor y = upload(new float[12], 1, 2, 1, 6);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().rope(y, table, table, false, y, false))
        .withMessage("rope: shape of cos does not fit; x F32 [1, 2, 1, 6], cos F32 [1, 2], sin F32 [1, 2], out F32 [1, 2, 1, 6]; "
            + "expected cos [2, 3] = [tokens, headDim / 2]");
  }

  private void check(Operand x, boolean inverse, Operand out, boolean accumulate) {
    int tokens = x.shape().dim(1);
    int heads = x.shape().dim(2);
    int headDim = x.shape().dim(3);
    int half = headDim / 2;
    Operand cos = tensors.normal(Layout.STRIDED, tokens, half);
    Operand sin = tensors.normal(Layout.OFFSET, tokens, half);
    Outcome outcome = run((kernel, at) -> kernel.rope(at.of(x), at.of(cos), at.of(sin), inverse, at.of(out), accumulate));
    float[] values = x.values();
    float[] c = cos.values();
    float[] s = sin.values();
    float[] old = out.values();
    double[] exact = new double[old.length];
    double[] bound = new double[old.length];
    for (int i = 0; i < old.length; i++) {
      int angle = i / headDim / heads % tokens * half + i % headDim % half;
      boolean low = i % headDim < half;
      double straight = (double) values[i] * c[angle];
      double crossed = (double) values[low ? i + half : i - half] * s[angle] * (low == inverse ? 1 : -1);
      double start = accumulate ? old[i] : 0;
      exact[i] = start + straight + crossed;
      bound[i] = 3 * U * (Math.abs(straight) + Math.abs(crossed) + Math.abs(start));
    }
    outcome.within(out, exact, bound);
  }
}
