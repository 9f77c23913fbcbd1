package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.IntegerMatrix;

/**
 * Product of F32 activations with a dense weight that stays in its (often mapped) memory: {@code out = x weight^T}. A row of x
 * has the same bits alone and among others. A zero has no sign. Exact on every CPU backend.
 *
 * <p><b>Floats</b> ({@link FloatMatrix}): column i belongs to lane {@code (i / run) mod LANES}, run being
 * {@link FloatMatrix#run} and LANES {@value Summation#LANES}. A lane starts at zero and adds {@code x_i value_i} by fma,
 * ascending in i; lanes are folded as {@link Summation} says.
 *
 * <p><b>Integers</b> ({@link IntegerMatrix}): x is {@linkplain IntegerMatrix#roundActivations rounded} to codes a with a scale
 * t for each group. For group g, {@code s_g = sum of code_i a_i} over its columns, exactly. A lane starts at zero and adds
 * {@code (float) s_g (groupScale_g t_g)}, ascending in its groups g, by fma; {@code out = rowScale fold}. So rounding moves an
 * output by at most {@code sum |value_i| t / 2}. A row of x with an infinity or NaN has no finite products.
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
    boolean fits = Operands.areApart(out, x) && x.shape().rank() == 2 && x.dim(1) == weight.columns()
        && Operands.isMatrix(out, x.dim(0), weight.rows());
    if (!fits) {
      refuse(weight, x, out);
    }
  }

  private static void refuse(DenseMatrix weight, Tensor x, Tensor out) {
    Operands operands = Operands.of("dense product", "x, out", x, out).contiguous().apart(out, x).ranked(x, 2, "x [rows, in]");
    if (x.dim(1) != weight.columns()) {
      throw operands.failure("inner dimensions differ: weight [" + weight.rows() + ", " + weight.columns() + "]",
          "weight [out, in], x [rows, in]");
    }
    operands.shaped(out, Shape.of(x.dim(0), weight.rows()), "[rows, out]");
  }
}
