package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import java.util.Arrays;

/** Matrix product over the last two dimensions; leading dimensions broadcast. */
public final class Matmul {

  private Matmul() {}

  /**
   * {@code out = a b}, or {@code a b^T} with {@code transposeB}.
   *
   * <p>Derivative: {@code dA = dOut b^T} and {@code dB = a^T dOut} (with {@code transposeB}: {@code dA = dOut b},
   * {@code dB = dOut^T a}), summed over the dimensions that were broadcast. Saves its inputs.
   *
   * @param a {@code [.., m, k]}
   * @param b {@code [.., k, n]}, or {@code [.., n, k]}
   * @return {@code [.., m, n]}
   */
  public static Variable matmul(Tape tape, Variable a, Variable b, boolean transposeB) {
    MatmulKernel kernel = tape.kernel(MatmulKernel.class);
    Shape batch = Shape.broadcast(a.shape().withoutLast().withoutLast(), b.shape().withoutLast().withoutLast());
    Shape outShape = append(batch, a.dim(-2), b.dim(transposeB ? -2 : -1));
    Tensor out = tape.allocate(outShape);
    kernel.matmul(a.value(), false, b.value(), transposeB, out, false);
    return tape.result("matmul", out, gradOut -> {
      if (a.requiresGradient()) {
        contribute(tape, a, batch, (gradA, accumulate) -> kernel.matmul(gradOut, false, b.value(), !transposeB, gradA, accumulate));
      }
      if (b.requiresGradient()) {
        contribute(tape, b, batch, (gradB, accumulate) -> {
          if (transposeB) {
            kernel.matmul(gradOut, true, a.value(), false, gradB, accumulate);
          } else {
            kernel.matmul(a.value(), true, gradOut, false, gradB, accumulate);
          }
        });
      }
    }, a, b);
  }

  private interface Product {
    void into(Tensor gradient, boolean accumulate);
  }

  // The product has the whole batch; an input that was shared by the batch receives the sum over it.
  private static void contribute(Tape tape, Variable input, Shape batch, Product product) {
    GradientTarget target = input.gradientTarget();
    Shape whole = append(batch, input.dim(-2), input.dim(-1));
    if (whole.size() == input.shape().size()) {
      product.into(target.tensor(), target.accumulate());
    } else {
      Tensor unsummed = tape.allocate(whole);
      product.into(unsummed, false);
      tape.kernel(ReduceKernel.class).sumTo(unsummed, 1, target.tensor(), target.accumulate());
      tape.release(unsummed);
    }
  }

  private static Shape append(Shape batch, int rows, int columns) {
    int[] dims = Arrays.copyOf(batch.dims(), batch.rank() + 2);
    dims[batch.rank()] = rows;
    dims[batch.rank() + 1] = columns;
    return Shape.of(dims);
  }
}
