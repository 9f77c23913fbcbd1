package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/** A weight of floats, which can be an embedding or a head too. */
sealed interface DenseWeight extends WeightMatrix permits F32Weight, Bf16Weight {

  /** {@code out[i] = weight[ids[i]]}, widened to F32. */
  void gather(int[] ids, Tensor out);

  /** A copy of some rows, in the same type, so that their products have the same bits. */
  DenseWeight rows(int[] ids);
}
