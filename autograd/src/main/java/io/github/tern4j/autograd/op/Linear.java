package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;

/** Linear map over the last dimension. */
public final class Linear {

  private Linear() {}

  /**
   * {@code out = x weight^T}; a matrix product over all rows of {@code x} at once.
   *
   * @param x {@code [.., in]}, contiguous
   * @param weight {@code [out, in]}
   * @return {@code [.., out]}
   */
  public static Variable linear(Tape tape, Variable x, Variable weight) {
    if (x.dim(-1) != weight.dim(-1)) {
      throw new IllegalArgumentException("linear: inner dimensions differ: x " + x.shape() + " x weight^T " + weight.shape()
          + " (" + x.dim(-1) + " != " + weight.dim(-1) + ")");
    }
    Variable rows = x.reshape(x.shape().rows(), x.dim(-1));
    int[] dims = x.shape().with(-1, weight.dim(0)).dims();
    return Matmul.matmul(tape, rows, weight, true).reshape(dims);
  }
}
