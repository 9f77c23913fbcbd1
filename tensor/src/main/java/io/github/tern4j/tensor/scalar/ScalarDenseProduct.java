package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import java.util.function.Supplier;

/** {@link DenseProductKernel}, fast for weights in int8 and BF16. */
final class ScalarDenseProduct implements DenseProductKernel {

  /** Rows of the weight that a thread multiplies at a time. */
  private static final int TASK_ROWS = 512;

  private final Workers workers;
  private final DenseProductKernel reference;

  ScalarDenseProduct(DenseProductKernel reference, Workers workers) {
    this.reference = reference;
    this.workers = workers;
  }

  @Override
  public void product(DenseMatrix weight, Tensor x, Tensor out) {
    boolean isFast = weight instanceof Int8Matrix || weight instanceof FloatMatrix floats && floats.dtype() == DType.BF16;
    if (!isFast) {
      reference.product(weight, x, out);
      return;
    }
    DenseProductKernel.checkProduct(weight, x, out);
    for (int row = 0; row < x.dim(0); row++) {
      Supplier<BlockProduct> products = products(weight, x.array(), x.arrayOffset() + row * weight.columns());
      product(weight.rows(), products, out.array(), out.arrayOffset() + row * weight.rows());
    }
  }

  /** For each thread its own products of a weight with the activations {@code x[at]} and behind. */
  private static Supplier<BlockProduct> products(DenseMatrix weight, float[] x, int at) {
    if (weight instanceof Int8Matrix int8) {
      short[] activations = new short[weight.columns()];
      float[] scales = new float[LANES];
      int8.roundActivations(x, at, activations, scales, 0);
      return () -> new GroupSums(int8, activations, scales);
    }
    return () -> new PairSums((FloatMatrix) weight, x, at);
  }

  private void product(int rows, Supplier<BlockProduct> products, float[] out, int outAt) {
    workers.run(Math.ceilDiv(rows, TASK_ROWS), task -> {
      BlockProduct block = products.get();
      int last = Math.min(rows, (task + 1) * TASK_ROWS);
      for (int first = task * TASK_ROWS; first < last; first += BlockProduct.ROWS) {
        block.multiply(first, Math.min(BlockProduct.ROWS, last - first), out, outAt + first);
      }
    });
  }
}
