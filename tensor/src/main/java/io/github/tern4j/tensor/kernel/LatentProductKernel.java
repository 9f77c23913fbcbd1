package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Product of int8 activations with the ternary codes of a latent weight: what {@link TernaryProductKernel} gives for the packed
 * weight, to the bit. For weights that change before the next product, so that packing is part of the work.
 *
 * <p>Sums of at most {@value #MOST_COLUMNS} products of codes are integers that a float holds, so a backend may compute them in
 * floats and in any order.
 */
public interface LatentProductKernel extends Kernel {

  /** Columns up to which sums stay within {@code 2^24 = 128 * 2^17}. */
  int MOST_COLUMNS = 1 << 17;

  /**
   * The product.
   *
   * @param weight {@code [out, in]} with {@code in} at most {@value #MOST_COLUMNS}
   * @param codes I8 in native memory, {@code [rows, in]}, contiguous
   * @param gamma {@code [rows]}: largest magnitudes of the rows
   * @param out {@code [rows, out]}, overwritten, contiguous
   */
  void product(LatentTernary weight, Tensor codes, Tensor gamma, Tensor out);

  /** Refuses operands of {@link #product} that do not fit. */
  static void checkProduct(LatentTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    Operands latent = Operands.of("latent product", "weight, scales", weight.weight(), weight.scales());
    WeightQuantizerKernel.checkGroups(latent, weight.weight(), weight.groupSize(), weight.scales());
    latent.require(weight.eps() >= 0, "eps " + weight.eps(), "an eps that is not negative")
        .require(weight.columns() <= MOST_COLUMNS, "too many columns for exact sums",
            "weight [out, at most " + MOST_COLUMNS + "]");
    TernaryProductKernel.checkProduct(weight.rows(), weight.columns(), codes, gamma, out);
  }
}
