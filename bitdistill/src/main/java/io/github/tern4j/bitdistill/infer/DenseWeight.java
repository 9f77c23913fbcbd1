package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;

/**
 * A weight that is multiplied with F32 activations, in any {@linkplain DenseMatrix dense format}: a projection, or a table that
 * is embedding and head.
 */
final class DenseWeight implements WeightMatrix {

  private final DenseMatrix weight;
  private final DenseProductKernel kernel;

  DenseWeight(DenseMatrix weight, Backend backend) {
    this(weight, backend.kernel(DenseProductKernel.class));
  }

  private DenseWeight(DenseMatrix weight, DenseProductKernel kernel) {
    this.weight = weight;
    this.kernel = kernel;
  }

  @Override
  public void multiply(Activation x, Tensor out) {
    kernel.product(weight, x.values(), out);
  }

  /** {@code out[i] = weight[ids[i]]}, widened to F32. */
  void gather(int[] ids, Tensor out) {
    for (int i = 0; i < ids.length; i++) {
      weight.widen(ids[i], out.array(), out.arrayOffset() + i * weight.columns());
    }
  }

  /** A copy of some rows, in the same format, so that their products have the same bits. */
  DenseWeight rows(int[] ids) {
    return new DenseWeight(weight.select(ids), kernel);
  }

  @Override
  public long byteSize() {
    return weight.byteSize();
  }
}
