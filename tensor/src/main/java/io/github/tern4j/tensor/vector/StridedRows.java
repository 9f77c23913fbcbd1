package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;

/**
 * Views of one shape as rows: dimensions of 1 are dropped, and neighbouring dimensions that are evenly spaced in every view
 * become one, so that a contiguous operation is a single row and a batch of heads has rows as long as its layout allows. All
 * dimensions but the last are counted as rows, in row-major order.
 */
final class StridedRows {

  private final float[][] arrays;
  private final int[] offsets;
  private final int[] dims;
  private final int[][] strides;
  private final int rank;

  private StridedRows(float[][] arrays, int[] offsets, int[] dims, int[][] strides, int rank) {
    this.arrays = arrays;
    this.offsets = offsets;
    this.dims = dims;
    this.strides = strides;
    this.rank = rank;
  }

  /** The rows of views that have the same shape. */
  static StridedRows of(Tensor... views) {
    int axes = views[0].shape().rank();
    int[] dims = new int[axes + 1];
    int[][] strides = new int[views.length][axes + 1];
    int rank = 0;
    for (int axis = 0; axis < axes; axis++) {
      int dim = views[0].dim(axis);
      boolean last = axis == axes - 1;
      if (dim == 1 && !last) {
        continue;
      }
      boolean merges = rank > 0;
      for (int view = 0; view < views.length; view++) {
        // A single element at the end is a row of stride 1, whatever its tensor says.
        int stride = dim == 1 ? 1 : views[view].arrayStride(axis);
        merges &= rank > 0 && strides[view][rank - 1] == stride * dim;
        strides[view][rank] = stride;
      }
      if (merges) {
        dims[rank - 1] *= dim;
        for (int[] each : strides) {
          each[rank - 1] = each[rank];
        }
      } else {
        dims[rank++] = dim;
      }
    }
    if (rank == 0) {
      // One element: a row of stride 1.
      dims[rank++] = 1;
      for (int[] each : strides) {
        each[0] = 1;
      }
    }
    float[][] arrays = new float[views.length][];
    int[] offsets = new int[views.length];
    for (int view = 0; view < views.length; view++) {
      arrays[view] = views[view].array();
      offsets[view] = views[view].arrayOffset();
    }
    return new StridedRows(arrays, offsets, dims, strides, rank);
  }

  /** Elements of a row. */
  int width() {
    return dims[rank - 1];
  }

  /** Number of rows. */
  int rows() {
    int rows = 1;
    for (int axis = 0; axis < rank - 1; axis++) {
      rows *= dims[axis];
    }
    return rows;
  }

  /** The array behind a view. */
  float[] array(int view) {
    return arrays[view];
  }

  /** Distance of neighbours in a row of a view: 1, 0 where it is expanded, anything where it is transposed. */
  int stride(int view) {
    return strides[view][rank - 1];
  }

  /** Distance of neighbouring rows along the last dimension that counts rows, whose size is {@link #siblings}. */
  int rowStride(int view) {
    return rank < 2 ? 0 : strides[view][rank - 2];
  }

  /** How many rows follow each other at {@link #rowStride}. */
  int siblings() {
    return rank < 2 ? 1 : dims[rank - 2];
  }

  /** Position of the first element of a row of a view. */
  int at(int view, int row) {
    int at = offsets[view];
    int rest = row;
    for (int axis = rank - 2; axis >= 0; axis--) {
      at += rest % dims[axis] * strides[view][axis];
      rest /= dims[axis];
    }
    return at;
  }

  /** Work on {@code n} elements of a row from {@code column} on. */
  interface Body {
    void run(int row, int column, int n);
  }

  /** Runs {@code body} over all rows; a single long row is cut like a range of elements. */
  void forEach(Workers workers, Body body) {
    if (rows() == 1) {
      Ranges.elements(workers, width(), (from, to) -> body.run(0, from, to - from));
    } else {
      Ranges.rows(workers, rows(), width(), (first, last) -> {
        for (int row = first; row < last; row++) {
          body.run(row, 0, width());
        }
      });
    }
  }
}
