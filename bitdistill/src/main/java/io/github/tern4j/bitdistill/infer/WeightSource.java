package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/** Where inference takes weights from, in the form in which they are multiplied. Names are Hugging Face's. */
interface WeightSource extends AutoCloseable {

  /** Embedding or head. */
  TableWeight table(String name);

  /** The weight of a projection. */
  WeightMatrix projection(String name);

  /** The weight of a norm or a bias, F32 on the heap. */
  Tensor vector(String name);

  /** Gives back mapped files, after which no weight may be read. */
  @Override
  void close();
}
