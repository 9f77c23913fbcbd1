package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/** The weight {@code [out, in]} of a linear map in the form in which it is multiplied. */
sealed interface WeightMatrix permits TableWeight, TernaryWeight {

  /** {@code out = x weight^T}, {@code [rows, in]} to {@code [rows, out]}. */
  void multiply(Activation x, Tensor out);

  /** Bytes that one pass over the weight reads. */
  long byteSize();
}
