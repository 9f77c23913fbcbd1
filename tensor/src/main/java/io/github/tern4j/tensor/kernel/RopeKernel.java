package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;

/**
 * Rotary position embedding (Su et al. 2021) in Hugging Face's half-split pairing: with h = headDim / 2, for i below h
 * {@code y_i = x_i cos_i - x_{i+h} sin_i} and {@code y_{i+h} = x_{i+h} cos_i + x_i sin_i}; each as
 * {@code fma(x_i, cos, -(x_{i+h} sin))} and {@code fma(x_{i+h}, cos, x_i sin)}. The inverse rotation, which is the gradient, has
 * the sine negated. Exact on every backend.
 */
public interface RopeKernel extends Kernel {

  /**
   * Rotates.
   *
   * @param x {@code [batch, tokens, heads, headDim]}, strided
   * @param cos {@code [tokens, headDim / 2]} for the positions of these tokens
   * @param sin the same
   * @param inverse whether to rotate back
   * @param out like {@code x}, strided; may be {@code x}
   */
  void rope(Tensor x, Tensor cos, Tensor sin, boolean inverse, Tensor out, boolean accumulate);

  /** Refuses operands of {@link #rope} that do not fit. */
  static void checkRope(Tensor x, Tensor cos, Tensor sin, Tensor out) {
    Operands.of("rope", "x, cos, sin, out", x, cos, sin, out).strided().ranked(x, 4, "x [batch, tokens, heads, headDim]")
        .like(x, out)
        .require(x.dim(3) % 2 == 0, "headDim is odd", "pairs of elements")
        .shaped(cos, Shape.of(x.dim(1), x.dim(3) / 2), "[tokens, headDim / 2]").like(cos, sin)
        .writable(out).sameOrApart(out, x).apart(out, cos, sin);
  }
}
