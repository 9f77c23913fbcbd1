package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;

/**
 * Product of F32 activations with a dense weight that stays in its (often mapped) memory: {@code out = x weight^T}.
 *
 * <p><b>Summation:</b> column i belongs to lane {@code (i / run) mod LANES}, run being {@link DenseMatrix#run} and LANES
 * {@value Summation#LANES}. A lane starts at zero and adds {@code x_i term_i} by fma, ascending in i; lanes are folded as
 * {@link Summation} says. {@code out = rowScale fold + 0}: a zero has no sign. A row of x has the same bits alone and among
 * others. Exact on every CPU backend.
 */
public interface DenseProductKernel extends Kernel {

  /**
   * The product.
   *
   * @param weight {@code [out, in]}
   * @param x {@code [rows, in]}, contiguous
   * @param out {@code [rows, out]}, contiguous, overwritten
   */
  void product(DenseMatrix weight, Tensor x, Tensor out);

  /** Refuses operands of {@link #product} that do not fit. */
  static void checkProduct(DenseMatrix weight, Tensor x, Tensor out) {
    Operands operands = Operands.of("dense product", "x, out", x, out).contiguous().apart(out, x).ranked(x, 2, "x [rows, in]");
    if (x.dim(1) != weight.columns()) {
      throw operands.failure("inner dimensions differ: weight [" + weight.rows() + ", " + weight.columns() + "]",
          "weight [out, in], x [rows, in]");
    }
    operands.shaped(out, Shape.of(x.dim(0), weight.rows()), "[rows, out]");
  }
}
