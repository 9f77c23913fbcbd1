package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryWords;

/**
 * Product of int8 activations with packed ternary weights.
 *
 * <p>The inner sums {@code sum_i code_i w_i} are exact integers on every backend. With one scale per tensor
 * {@code out = (float) sum * (delta * (gamma / 127))}; with groups {@code out = (gamma / 127) * t}, {@code t} the float sum
 * {@code t = fma((float) sum_g, delta_g, t)} ascending over the groups of the row from 0. Each operation rounds once in this
 * order, so outputs are equal to the bit on every backend.
 */
public interface TernaryProductKernel extends Kernel {

  /**
   * The product.
   *
   * @param weight {@code [out, in]}
   * @param codes I8 in native memory, {@code [rows, in]}, contiguous
   * @param gamma {@code [rows]}: largest magnitudes of the rows
   * @param out {@code [rows, out]}, overwritten, contiguous
   */
  void product(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out);

  /**
   * The weight in the form that this kernel multiplies fastest, with products of the same bits. Kernels that have no form of
   * their own share the packed codes; others let go of them.
   */
  default PreparedTernary prepare(PackedTernary weight) {
    return new PackedProduct(this, weight);
  }

  /**
   * As {@link #prepare(PackedTernary)}, for words that may lie in a file. Kernels that multiply words use them where they are.
   *
   * @param scale the scale of the tensor; not read when groups have scales
   */
  default PreparedTernary prepare(TernaryWords words, float scale) {
    return prepare(words.unpack(scale));
  }

  /**
   * Products of several weights with the same activations; kernels may do them at the same time.
   *
   * @param weights prepared by this kernel
   * @param input activations {@code [rows, in]}, an input of this kernel
   * @param outs for each weight {@code [rows, out]}, overwritten, contiguous
   */
  default void products(PreparedTernary[] weights, TernaryInput input, Tensor[] outs) {
    for (int i = 0; i < weights.length; i++) {
      weights[i].product(input, outs[i]);
    }
  }

  /** Activations for products with weights prepared by this kernel. */
  default TernaryInput input() {
    return new CodedInput();
  }

  /** Refuses operands of {@link #product} that do not fit. */
  static void checkProduct(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    checkProduct(weight.rows(), weight.columns(), codes, gamma, out);
  }

  /** As {@link #checkProduct(PackedTernary, Tensor, Tensor, Tensor)}, for a weight {@code [outputs, columns]} in another form. */
  static void checkProduct(int outputs, int columns, Tensor codes, Tensor gamma, Tensor out) {
    boolean fits = Operands.areApart(out, gamma) && codes.dtype() == DType.I8 && codes.isContiguous()
        && codes.shape().rank() == 2 && codes.dim(1) == columns && Operands.isMatrix(out, codes.dim(0), outputs)
        && gamma.size() == codes.dim(0);
    if (!fits) {
      refuse(outputs, columns, codes, gamma, out);
    }
  }

  private static void refuse(int outputs, int columns, Tensor codes, Tensor gamma, Tensor out) {
    Operands.of("ternary product", "gamma, out", gamma, out).contiguous().apart(out, gamma);
    Operands operands = Operands.of("ternary product", "codes, gamma, out", codes, gamma, out)
        .require(codes.dtype() == DType.I8 && codes.isContiguous(), "codes are not contiguous I8", "one byte for each element")
        .ranked(codes, 2, "codes [rows, in]");
    if (codes.dim(1) != columns) {
      throw operands.failure("columns differ: codes " + codes.dim(1) + ", weight " + columns, "codes [rows, in]");
    }
    operands.shaped(out, Shape.of(codes.dim(0), outputs), "[rows, out]")
        .sized(gamma, codes.dim(0), "one for each row of codes");
  }
}
