package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/** Elementwise functions of two tensors. Exact on every backend. */
public interface BinaryKernel extends Kernel {

  /**
   * {@code out = f(a, b)}, or {@code out += f(a, b)} with {@code accumulate}. Operands are strided and have the output's shape;
   * smaller ones are {@linkplain Tensor#expand expanded} first (any stride, the last one included, may be 0). {@code out} may be
   * {@code a} or {@code b}.
   */
  void apply(BinaryFunction function, Tensor a, Tensor b, Tensor out, boolean accumulate);

  /** Refuses operands of {@link #apply} that do not fit. */
  static void checkApply(Tensor a, Tensor b, Tensor out) {
    Operands operands = Operands.of("binary", "a, b, out", a, b, out).f32().like(out, a, b).writable(out).sameOrApart(out, a, b)
        .require(out.lastIsContiguous(), "the last dimension of out has gaps", "stride 1 along the last dimension");
    for (Tensor in : new Tensor[] {a, b}) {
      operands.require(in.lastIsContiguous() || in.stride(-1) == 0, "the last dimension of an operand has gaps",
          "stride 1 or 0 along the last dimension");
    }
  }
}
