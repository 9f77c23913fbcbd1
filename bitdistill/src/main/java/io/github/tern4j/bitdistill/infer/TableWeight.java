package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/** A table {@code [vocabulary, hidden]} that is embedding, output head or both. */
sealed interface TableWeight extends WeightMatrix permits DenseWeight, TernaryTable {

  /** {@code out[i] = weight[ids[i]]}, widened to F32. */
  void gather(int[] ids, Tensor out);

  /** A copy of some rows, in the same format, so that their products have the same bits. */
  TableWeight rows(int[] ids);

  /** Whether {@link #likeliest} reads less than a product does. */
  default boolean findsLikeliest() {
    return false;
  }

  /**
   * The row with the largest product with {@code x [1, hidden]}, the first of equal ones.
   *
   * @throws UnsupportedOperationException unless {@link #findsLikeliest}
   */
  default int likeliest(Activation x) {
    throw new UnsupportedOperationException("table: likeliest row without products; expected a table in planes");
  }

  /** Bytes that finding the likeliest row reads, but for the few rows that are read again. */
  default long likeliestBytes() {
    return byteSize();
  }
}
