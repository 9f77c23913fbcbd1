package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.Bf16ProductKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@link Bf16ProductKernel} row by row. */
final class ReferenceBf16Product implements Bf16ProductKernel {

  private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public void product(Tensor weight, Tensor x, Tensor out) {
    Bf16ProductKernel.checkProduct(weight, x, out);
    int outputs = weight.dim(0);
    for (int row = 0; row < x.dim(0); row++) {
      for (int output = 0; output < outputs; output++) {
        out.array()[out.arrayOffset() + row * outputs + output] = dot(weight, output, x, row);
      }
    }
  }

  private static float dot(Tensor weight, int output, Tensor x, int row) {
    int n = x.dim(1);
    long weightAt = weight.elementOffset() + (long) output * n;
    int at = x.arrayOffset() + row * n;
    float[] partial = new float[2 * LANES];
    for (int i = 0; i < n; i++) {
      float w = Float.intBitsToFloat(weight.segment().get(BF16, 2 * (weightAt + i)) << 16);
      int lane = i % 2 * LANES + i / 2 % LANES;
      partial[lane] = Math.fma(x.array()[at + i], w, partial[lane]);
    }
    return Summation.fold(partial, 0) + Summation.fold(partial, LANES);
  }
}
