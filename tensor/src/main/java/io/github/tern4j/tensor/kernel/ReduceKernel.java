package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/** Reductions. Exact on every backend that computes in double. */
public interface ReduceKernel extends Kernel {

  /**
   * Sums {@code x} to the smaller, broadcastable shape of {@code out} and multiplies by {@code factor}: the gradient of a
   * broadcast, a sum over one axis, a mean with factor 1/n. Each output element sums its terms from 0, ascending in row-major
   * order of {@code x}, in double; the sum times the factor is rounded once to float, then added to {@code out} with
   * {@code accumulate}.
   *
   * @param x strided, {@code [d0, .., dn]}
   * @param out the same rank with some dimensions 1, or fewer leading dimensions
   */
  void sumTo(Tensor x, float factor, Tensor out, boolean accumulate);

  /**
   * Largest element of each row and its position (the lowest at ties; NaN wins).
   *
   * @param x contiguous {@code [rows, columns]}, columns at least 1
   * @param out {@code [rows]}
   * @param index {@code rows} positions
   */
  void maxLast(Tensor x, Tensor out, int[] index);

  /**
   * The sum of squares of all elements of a contiguous tensor, carried in double by {@link Summation#ELEMENTS_PER_CHUNK chunks}
   * (a square of a float is exact in double).
   */
  double sumOfSquares(Tensor x);

  /** Refuses operands of {@link #sumTo} that do not fit. */
  static void checkSumTo(Tensor x, Tensor out) {
    Operands operands = Operands.of("sumTo", "x, out", x, out).strided().writable(out).apart(out, x)
        .require(out.shape().rank() <= x.shape().rank(), "out has more dimensions", "at most those of x");
    for (int axis = 1; axis <= out.shape().rank(); axis++) {
      operands.require(out.dim(-axis) == 1 || out.dim(-axis) == x.dim(-axis), "shapes do not match",
          "dimensions of out equal to those of x or 1, aligned at the end");
    }
  }

  /** Refuses operands of {@link #maxLast} that do not fit. */
  static void checkMaxLast(Tensor x, Tensor out, int[] index) {
    Operands.of("maxLast", "x, out", x, out).contiguous().ranked(x, 2, "x [rows, columns]")
        .require(x.dim(1) > 0, "rows are empty", "at least one column")
        .sized(out, x.dim(0), "one for each row of x")
        .require(index.length == x.dim(0), "length of index does not fit", "one position for each row of x").apart(out, x);
  }

  /** Refuses an operand of {@link #sumOfSquares} that does not fit. */
  static void checkSumOfSquares(Tensor x) {
    Operands.of("sumOfSquares", "x", x).contiguous();
  }
}
