package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.TopRowsKernel;

/**
 * A weight that is multiplied with F32 activations, in any {@linkplain DenseMatrix dense format}: a projection, or a table that
 * is embedding and head.
 */
final class DenseWeight implements TableWeight {

  private final DenseMatrix weight;
  private final Backend backend;
  private final DenseProductKernel kernel;
  private final int[] likeliest = new int[1];
  private final float[] largest = new float[1];

  DenseWeight(DenseMatrix weight, Backend backend) {
    this.weight = weight;
    this.backend = backend;
    this.kernel = backend.kernel(DenseProductKernel.class);
  }

  @Override
  public void multiply(Activation x, Tensor out) {
    kernel.product(weight, x.values(), out);
  }

  @Override
  public void gather(int[] ids, Tensor out) {
    for (int i = 0; i < ids.length; i++) {
      weight.widen(ids[i], out.array(), out.arrayOffset() + i * weight.columns());
    }
  }

  @Override
  public DenseWeight rows(int[] ids) {
    return new DenseWeight(weight.select(ids), backend);
  }

  @Override
  public boolean findsLikeliest() {
    return weight instanceof PlanedInt8Matrix;
  }

  @Override
  public int likeliest(Activation x) {
    if (!(weight instanceof PlanedInt8Matrix planes)) {
      return TableWeight.super.likeliest(x);
    }
    backend.kernel(TopRowsKernel.class).topRows(planes, x.values(), likeliest, largest);
    return likeliest[0];
  }

  @Override
  public long likeliestBytes() {
    return weight instanceof PlanedInt8Matrix planes ? planes.byteSize() - planes.low().memory().byteSize() : byteSize();
  }

  @Override
  public long byteSize() {
    return weight.byteSize();
  }
}
