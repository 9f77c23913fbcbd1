package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/** Reductions. */
public interface ReduceKernel extends Kernel {

  /**
   * Sums {@code x} to the smaller, broadcastable shape of {@code out} and multiplies by {@code factor}: the gradient of a
   * broadcast, a sum over one axis, a mean with factor 1/n. Each output element sums its terms ascending in row-major order of
   * {@code x}, in double, rounded once.
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

  /** The sum of squares of all elements of a contiguous tensor, carried in double by {@link Summation#ELEMENTS_PER_CHUNK chunks}. */
  double sumOfSquares(Tensor x);
}
