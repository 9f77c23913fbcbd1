package io.github.tern4j.tensor;

import java.util.Arrays;

/** The dimensions of a tensor, for example {@code [batch, tokens, hidden]}. Rank 0 is a scalar of one element. */
public final class Shape {

  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    long product = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("shape: negative dimension in " + Arrays.toString(dims) + "; expected 0 or more");
      }
      product = Math.multiplyExact(product, (long) dim);
    }
    this.dims = dims;
    this.size = product;
  }

  /** A shape of these dimensions. */
  public static Shape of(int... dims) {
    return new Shape(dims.clone());
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Dimension {@code axis}; negative axes count from the end, -1 is the last. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** The non-negative form of {@code axis}. */
  public int axis(int axis) {
    int positive = axis < 0 ? axis + dims.length : axis;
    if (positive < 0 || positive >= dims.length) {
      throw new IllegalArgumentException("shape: axis " + axis + " of " + this + "; expected -" + dims.length + ".."
          + (dims.length - 1));
    }
    return positive;
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Number of elements of a tensor that fits one array. */
  public int intSize() {
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("shape: " + this + " has " + size + " elements; expected at most "
          + (Integer.MAX_VALUE - 8));
    }
    return (int) size;
  }

  /** The dimensions, as a copy. */
  public int[] dims() {
    return dims.clone();
  }

  /** Product of all dimensions but the last: the number of rows a row-wise kernel works on. */
  public int rows() {
    return dims.length == 0 ? 1 : Math.toIntExact(withoutLast().size);
  }

  /** This shape with dimension {@code axis} replaced. */
  public Shape with(int axis, int dim) {
    int[] changed = dims.clone();
    changed[axis(axis)] = dim;
    return new Shape(changed);
  }

  /** This shape without its last dimension. */
  public Shape withoutLast() {
    return new Shape(Arrays.copyOf(dims, dims.length - 1));
  }

  /**
   * The shape both operands of an elementwise operation are expanded to: dimensions aligned at the end, 1 stretches.
   *
   * @throws IllegalArgumentException when two dimensions differ and neither is 1
   */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    int[] result = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int dimA = i <= a.rank() ? a.dim(-i) : 1;
      int dimB = i <= b.rank() ? b.dim(-i) : 1;
      if (dimA != dimB && dimA != 1 && dimB != 1) {
        throw new IllegalArgumentException(
            "broadcast: shapes do not match: a " + a + ", b " + b + "; expected equal dimensions or 1, aligned at the end");
      }
      result[rank - i] = dimA == 1 ? dimB : dimA;
    }
    return new Shape(result);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
