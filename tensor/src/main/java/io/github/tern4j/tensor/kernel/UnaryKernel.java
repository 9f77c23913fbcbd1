package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Elementwise functions of one contiguous tensor; {@link UnaryFunction} has their values and derivatives. {@code EXP},
 * {@code SIGMOID}, {@code SILU} and {@code TANH} use {@link FloatMath}; {@code LOG}, {@code SQRT} and both GELUs are computed in
 * double and rounded to float. Exact on every CPU backend.
 */
public interface UnaryKernel extends Kernel {

  /** {@code out = f(x)}; {@code out} may be {@code x}. */
  void apply(UnaryFunction function, Tensor x, Tensor out);

  /** {@code gradX (+)= gradOut * f'(x)}, with {@code out = f(x)} from the forward pass. {@code gradX} may be {@code gradOut}. */
  void backward(UnaryFunction function, Tensor x, Tensor out, Tensor gradOut, Tensor gradX, boolean accumulate);

  /** Refuses operands of {@link #apply} that do not fit. */
  static void checkApply(Tensor x, Tensor out) {
    Operands.of("unary", "x, out", x, out).contiguous().like(x, out).sameOrApart(out, x);
  }

  /** Refuses operands of {@link #backward} that do not fit. */
  static void checkBackward(Tensor x, Tensor out, Tensor gradOut, Tensor gradX) {
    Operands.of("unaryBackward", "x, out, gradOut, gradX", x, out, gradOut, gradX).contiguous().like(x, out, gradOut, gradX)
        .apart(gradX, x, out).sameOrApart(gradX, gradOut);
  }
}
