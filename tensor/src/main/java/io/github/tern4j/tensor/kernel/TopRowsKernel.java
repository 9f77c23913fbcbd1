package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;

/**
 * The rows of a weight with the largest products, as greedy decoding and sampling from the k likeliest tokens need them: the
 * products {@code x weight^T} are those of {@link DenseProductKernel}, to the bit, in descending order; of equal ones the smaller
 * row comes first.
 *
 * <p>A kernel may leave out rows whose estimates are too low; then each row is wrongly left out with a probability of at most
 * {@link PlanedInt8Matrix#FAILURE} over the dither of the weight, for any x that does not depend on it. Otherwise exact on every
 * CPU backend.
 */
public interface TopRowsKernel extends Kernel {

  /**
   * The k largest products.
   *
   * @param weight {@code [out, in]}
   * @param x {@code [1, in]}, contiguous
   * @param ids of k rows, overwritten
   * @param products of these rows, k, overwritten
   * @throws IllegalArgumentException when k is not between 1 and out, or x is not finite
   */
  void topRows(PlanedInt8Matrix weight, Tensor x, int[] ids, float[] products);

  /** Refuses operands of {@link #topRows} that do not fit. */
  static void checkTopRows(PlanedInt8Matrix weight, Tensor x, int[] ids, float[] products) {
    if (!Operands.isContiguousF32(x) || !Operands.isMatrix(x, 1, weight.columns())) {
      operands(x).contiguous().shaped(x, Shape.of(1, weight.columns()), "[1, in]");
    }
    if (ids.length < 1 || ids.length > weight.rows() || products.length != ids.length) {
      throw operands(x).failure(ids.length + " ids and " + products.length + " products of " + weight.rows() + " rows",
          "as many products as ids, 1 to the number of rows");
    }
    for (int i = 0; i < weight.columns(); i++) {
      if (!Float.isFinite(x.array()[x.arrayOffset() + i])) {
        throw operands(x).failure("x is infinite or NaN", "finite activations");
      }
    }
  }

  private static Operands operands(Tensor x) {
    return Operands.of("top rows", "x", x);
  }
}
