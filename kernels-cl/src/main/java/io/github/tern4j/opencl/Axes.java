package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Tensor;
import java.util.Arrays;

/**
 * Dimensions and strides of the leading axes of a view in the form kernels take: {@value #MOST} of each, of which the first
 * {@code count} are used.
 */
final class Axes {

  /** Axes that a kernel argument has room for. */
  static final int MOST = 8;

  private Axes() {}

  /** The number of axes before the last {@code inner} ones. */
  static int count(Tensor tensor, int inner) {
    int count = tensor.shape().rank() - inner;
    if (count > MOST) {
      throw new IllegalArgumentException("opencl: " + tensor + " has too many dimensions; expected at most " + (MOST + inner));
    }
    return count;
  }

  /** Their dimensions, filled up with 1. */
  static int[] dims(Tensor tensor, int inner) {
    int[] dims = new int[MOST];
    Arrays.fill(dims, 1);
    for (int axis = 0; axis < count(tensor, inner); axis++) {
      dims[axis] = tensor.dim(axis);
    }
    return dims;
  }

  /** Their strides, filled up with 0. */
  static long[] strides(Tensor tensor, int inner) {
    long[] strides = new long[MOST];
    for (int axis = 0; axis < count(tensor, inner); axis++) {
      strides[axis] = tensor.stride(axis);
    }
    return strides;
  }
}
