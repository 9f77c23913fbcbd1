package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/** Elementwise functions of two tensors. */
public interface BinaryKernel extends Kernel {

  /**
   * {@code out = f(a, b)}, or {@code out += f(a, b)} with {@code accumulate}. Operands are strided and have the output's shape;
   * smaller ones are {@linkplain Tensor#expand expanded} first (any stride, the last one included, may be 0). {@code out} may be
   * {@code a} or {@code b}.
   */
  void apply(BinaryFunction function, Tensor a, Tensor b, Tensor out, boolean accumulate);
}
