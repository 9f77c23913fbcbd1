package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;

/** Sums, means and maxima. */
public final class Reduce {

  private Reduce() {}

  /** Sum over one axis, which is kept with size 1; derivative dOut, repeated. */
  public static Variable sum(Tape tape, Variable x, int axis) {
    return scaledSum(tape, "sum", x, x.shape().with(axis, 1), 1);
  }

  /** Mean over one axis, which is kept with size 1; derivative dOut / n, repeated. */
  public static Variable mean(Tape tape, Variable x, int axis) {
    return scaledSum(tape, "mean", x, x.shape().with(axis, 1), 1f / x.dim(axis));
  }

  /** Mean over all elements, a scalar; derivative dOut / n. */
  public static Variable mean(Tape tape, Variable x) {
    return scaledSum(tape, "mean", x.reshape(-1), Shape.of(1), 1f / x.value().size()).reshape();
  }

  private static Variable scaledSum(Tape tape, String op, Variable x, Shape shape, float factor) {
    Tensor out = tape.allocate(shape);
    tape.kernel(ReduceKernel.class).sumTo(x.value(), factor, out, false);
    return tape.result(op, out, gradOut -> {
      GradientTarget gradX = x.gradientTarget();
      tape.kernel(CopyKernel.class).copy(gradOut.expand(x.shape()), factor, gradX.tensor(), gradX.accumulate());
    }, x);
  }

  /**
   * Largest element of the last dimension, which is kept with size 1; derivative dOut at the (lowest) position of the maximum.
   *
   * @param x {@code [.., n]}, contiguous
   */
  public static Variable maxLast(Tape tape, Variable x) {
    int rows = x.shape().rows();
    int columns = x.dim(-1);
    int[] index = new int[rows];
    Tensor out = tape.allocate(x.shape().with(-1, 1));
    tape.kernel(ReduceKernel.class).maxLast(x.value().reshape(rows, columns), out.reshape(rows), index);
    return tape.result("max", out, gradOut -> {
      GradientTarget gradX = x.gradientTarget();
      Tensor elements = gradX.tensor().reshape(rows * columns, 1);
      if (!gradX.accumulate()) {
        tape.kernel(CopyKernel.class).fill(0, elements);
      }
      int[] positions = new int[rows];
      for (int row = 0; row < rows; row++) {
        positions[row] = row * columns + index[row];
      }
      tape.kernel(EmbeddingKernel.class).scatterAdd(gradOut.reshape(rows, 1), positions, elements);
    }, x);
  }
}
