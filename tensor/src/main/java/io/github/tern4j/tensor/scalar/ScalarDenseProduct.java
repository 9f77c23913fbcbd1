package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;

/** {@link DenseProductKernel}, fast for weights in int8 and BF16. */
final class ScalarDenseProduct implements DenseProductKernel {

  /** Rows of the weight that a thread multiplies at a time. */
  private static final int ROWS = 512;

  private final Workers workers;
  private final DenseProductKernel others = ReferenceKernels.table().get(DenseProductKernel.class);

  ScalarDenseProduct(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void product(DenseMatrix weight, Tensor x, Tensor out) {
    switch (weight) {
      case Int8Matrix int8 -> {
        DenseProductKernel.checkProduct(weight, x, out);
        for (int row = 0; row < x.dim(0); row++) {
          product(int8, x.array(), x.arrayOffset() + row * weight.columns(), out.array(), out.arrayOffset() + row * weight.rows());
        }
      }
      case FloatMatrix floats when floats.dtype() == DType.BF16 -> {
        DenseProductKernel.checkProduct(weight, x, out);
        for (int row = 0; row < x.dim(0); row++) {
          product(floats, x.array(), x.arrayOffset() + row * weight.columns(), out.array(), out.arrayOffset() + row * weight.rows());
        }
      }
      default -> others.product(weight, x, out);
    }
  }

  private void product(Int8Matrix weight, float[] x, int at, float[] out, int outAt) {
    short[] activations = new short[weight.columns()];
    float[] scales = new float[LANES];
    weight.roundActivations(x, at, activations, scales, 0);
    workers.run(Math.ceilDiv(weight.rows(), ROWS), chunk -> {
      GroupSums sums = new GroupSums(activations, scales);
      int last = Math.min(weight.rows(), (chunk + 1) * ROWS);
      for (int first = chunk * ROWS; first < last; first += GroupSums.ROWS) {
        sums.multiply(weight, first, Math.min(GroupSums.ROWS, last - first), out, outAt + first);
      }
    });
  }

  private void product(FloatMatrix weight, float[] x, int at, float[] out, int outAt) {
    workers.run(Math.ceilDiv(weight.rows(), ROWS), chunk -> {
      PairSums sums = new PairSums(x, at, weight.columns());
      int last = Math.min(weight.rows(), (chunk + 1) * ROWS);
      for (int first = chunk * ROWS; first < last; first += PairSums.ROWS) {
        sums.multiply(weight, first, Math.min(PairSums.ROWS, last - first), out, outAt + first);
      }
    });
  }
}
