package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/** Copies, scales and fills. Exact on every backend. */
public interface CopyKernel extends Kernel {

  /**
   * {@code out = factor * x}, or {@code out = fma(factor, x, out)} with {@code accumulate}; {@code out} may be {@code x}. Both
   * have the same shape and are fully strided: even the last dimension of {@code x} may have any stride (a transposed view) or 0
   * (an expanded one). A factor of 1 copies bits.
   */
  void copy(Tensor x, float factor, Tensor out, boolean accumulate);

  /** {@code out = value} everywhere; {@code out} is strided. */
  void fill(float value, Tensor out);

  /** Refuses operands of {@link #copy} that do not fit. */
  static void checkCopy(Tensor x, Tensor out) {
    Operands.of("copy", "x, out", x, out).f32().like(x, out).writable(out).sameOrApart(out, x);
  }

  /** Refuses an output of {@link #fill} that does not fit. */
  static void checkFill(Tensor out) {
    Operands.of("fill", "out", out).f32().writable(out);
  }
}
