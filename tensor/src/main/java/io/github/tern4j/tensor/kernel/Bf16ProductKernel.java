package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;

/**
 * Product of F32 activations with a BF16 weight that stays in its (often mapped) memory and is widened in registers:
 * {@code out = x weight^T}, the full-precision baseline of inference.
 *
 * <p><b>Summation:</b> {@code out_ro = even + odd}, where {@code even} is the sum of {@code x_ri w_oi} over even i and
 * {@code odd} over odd i, each by {@link Summation} in their own numbering. (Two neighbouring BF16 numbers are one int, whose
 * halves are widened by a shift and by a mask.) Exact on every CPU backend.
 */
public interface Bf16ProductKernel extends Kernel {

  /**
   * The product.
   *
   * @param weight BF16 in native memory, {@code [out, in]}, contiguous
   * @param x {@code [rows, in]}, contiguous
   * @param out {@code [rows, out]}, contiguous, overwritten
   */
  void product(Tensor weight, Tensor x, Tensor out);

  /** Refuses operands of {@link #product} that do not fit. */
  static void checkProduct(Tensor weight, Tensor x, Tensor out) {
    Operands.of("bf16 product", "x, out", x, out).contiguous().apart(out, x);
    Operands operands = Operands.of("bf16 product", "weight, x, out", weight, x, out)
        .require(weight.dtype() == DType.BF16 && weight.isContiguous(), "weight is not contiguous BF16", "weight BF16 [out, in]")
        .ranked(weight, 2, "weight [out, in]").ranked(x, 2, "x [rows, in]");
    operands.require(x.dim(1) == weight.dim(1), "inner dimensions differ", "weight [out, in], x [rows, in]")
        .shaped(out, Shape.of(x.dim(0), weight.dim(0)), "[rows, out]");
  }
}
