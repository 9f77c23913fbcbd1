package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;

/** {@link DenseProductKernel}, parallel over weight rows. */
final class VectorDenseProduct implements DenseProductKernel {

  /** Bytes of weights of a task: long enough a stream for the memory, short enough to occupy all threads to the end. */
  private static final int TASK_BYTES = 1 << 16;

  /** Products of fewer multiply-adds are faster on one thread than the others wake up. */
  private static final long WORTH_THREADS = 1 << 17;

  private final FloatProduct floats;
  private final IntegerProduct<Int8Matrix> int8;
  private final IntegerProduct<Int4Matrix> int4;
  private final IntegerProduct<PlanedInt8Matrix> planes;

  VectorDenseProduct(Workers workers) {
    this.floats = new FloatProduct(workers);
    this.int8 = new IntegerProduct<>(new Int8Rows(), workers);
    this.int4 = new IntegerProduct<>(new Int4Rows(), workers);
    this.planes = new IntegerProduct<>(new PlanedRows(), workers);
  }

  @Override
  public void product(DenseMatrix weight, Tensor x, Tensor out) {
    DenseProductKernel.checkProduct(weight, x, out);
    switch (weight) {
      case FloatMatrix matrix -> floats.product(matrix, x, out);
      case Int8Matrix matrix -> int8.product(matrix, x, out.array(), out.arrayOffset());
      case Int4Matrix matrix -> int4.product(matrix, x, out.array(), out.arrayOffset());
      case PlanedInt8Matrix matrix -> planes.product(matrix, x, out.array(), out.arrayOffset());
    }
  }

  /** Blocks of {@link LaneFold#ROWS} weight rows in a task. */
  static int taskBlocks(long rowBytes) {
    return Math.toIntExact(Math.ceilDiv(TASK_BYTES, LaneFold.ROWS * Math.max(1, rowBytes)));
  }

  /** Runs {@code body} over ranges of {@code size}, on all threads if there is enough to do. */
  static void run(Workers workers, long multiplyAdds, int total, int size, Ranges.Body body) {
    if (multiplyAdds < WORTH_THREADS) {
      body.run(0, total);
    } else {
      Ranges.run(workers, total, size, body);
    }
  }

  /** The same for a task that is kept. */
  static void run(RangeTask task, long multiplyAdds, int total, int size) {
    task.run(total, multiplyAdds < WORTH_THREADS ? total : size);
  }
}
