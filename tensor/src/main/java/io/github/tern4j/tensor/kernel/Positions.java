package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/** Where the parts of a strided view begin in the array behind it. */
public final class Positions {

  private Positions() {}

  /**
   * Array positions of the parts that the last {@code innerAxes} axes span, in row-major order of the axes before: of every
   * element for 0, of every row for 1, of every matrix for 2.
   */
  public static int[] of(Tensor tensor, int innerAxes) {
    int outerAxes = tensor.shape().rank() - innerAxes;
    int[] positions = {tensor.arrayOffset()};
    for (int axis = 0; axis < outerAxes; axis++) {
      int dim = tensor.dim(axis);
      int stride = tensor.arrayStride(axis);
      int[] finer = new int[Math.multiplyExact(positions.length, dim)];
      for (int i = 0; i < finer.length; i++) {
        finer[i] = positions[i / dim] + i % dim * stride;
      }
      positions = finer;
    }
    return positions;
  }
}
