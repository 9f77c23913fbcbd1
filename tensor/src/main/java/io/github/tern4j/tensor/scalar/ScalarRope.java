package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RopeKernel;

/** {@link RopeKernel}, fast for contiguous tensors that are rotated forwards. */
final class ScalarRope implements RopeKernel {

  private final RopeKernel reference;

  ScalarRope(RopeKernel reference) {
    this.reference = reference;
  }

  @Override
  public void rope(Tensor x, Tensor cos, Tensor sin, boolean inverse, Tensor out, boolean accumulate) {
    if (inverse || accumulate || !x.isContiguous() || !cos.isContiguous() || !sin.isContiguous() || !out.isContiguous()) {
      reference.rope(x, cos, sin, inverse, out, accumulate);
      return;
    }
    RopeKernel.checkRope(x, cos, sin, out);
    int rowSize = x.dim(2) * x.dim(3);
    for (int row = 0; row < x.dim(0) * x.dim(1); row++) {
      rotateRow(x, row * rowSize, rowSize, cos, sin, row % x.dim(1), out);
    }
  }

  /** Rotates the heads of a token, {@code n} elements from {@code at} on. */
  static void rotateRow(Tensor x, int at, int n, Tensor cos, Tensor sin, int position, Tensor out) {
    int half = cos.dim(-1);
    for (int head = at; head < at + n; head += 2 * half) {
      RowLoops.rotate(x.array(), x.arrayOffset() + head, half, cos.array(), cos.arrayOffset() + position * half, sin.array(),
          sin.arrayOffset() + position * half, out.array(), out.arrayOffset() + head);
    }
  }
}
