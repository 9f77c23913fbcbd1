package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;

/** A weight as it was trained. */
final class F32Weight implements DenseWeight {

  private final Tensor weight;
  private final MatmulKernel matmul;
  private final EmbeddingKernel embedding;

  /** {@code weight [out, in]} on the heap. */
  F32Weight(Tensor weight, Backend backend) {
    this(weight, backend.kernel(MatmulKernel.class), backend.kernel(EmbeddingKernel.class));
  }

  private F32Weight(Tensor weight, MatmulKernel matmul, EmbeddingKernel embedding) {
    this.weight = weight;
    this.matmul = matmul;
    this.embedding = embedding;
  }

  @Override
  public void multiply(Activation x, Tensor out) {
    matmul.matmul(x.values(), false, weight, true, out, false);
  }

  @Override
  public void gather(int[] ids, Tensor out) {
    embedding.gather(weight, ids, out);
  }

  @Override
  public F32Weight rows(int[] ids) {
    Tensor rows = Tensor.zeros(ids.length, weight.dim(1));
    gather(ids, rows);
    return new F32Weight(rows, matmul, embedding);
  }

  @Override
  public long byteSize() {
    return weight.dtype().bytes(weight.size());
  }
}
