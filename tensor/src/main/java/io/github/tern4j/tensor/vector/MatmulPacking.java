package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.FOUR_FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.FOUR_INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Copies blocks of matrices into the order in which {@link MatmulTile} reads them: k ascending, and for each k the elements of
 * one panel side by side. Panels of a are {@link MatmulTile#GROUP} rows, panels of b {@link MatmulTile#COLUMNS} columns; what a
 * block lacks at its edge is filled with zeros, so that tiles are always whole.
 */
final class MatmulPacking {

  private static final IntVector FIRST_PAIRS = IntVector.fromArray(FOUR_INTS, new int[] {0, 4, 1, 5}, 0);
  private static final IntVector LAST_PAIRS = IntVector.fromArray(FOUR_INTS, new int[] {2, 6, 3, 7}, 0);
  private static final IntVector FIRST_HALVES = IntVector.fromArray(FOUR_INTS, new int[] {0, 1, 4, 5}, 0);
  private static final IntVector LAST_HALVES = IntVector.fromArray(FOUR_INTS, new int[] {2, 3, 6, 7}, 0);

  private MatmulPacking() {}

  /** Rows {@code x[at + r * stride + k]}, r below {@code rows}, into panels of {@link MatmulTile#GROUP} rows. */
  static void packRows(float[] x, int at, int stride, int rows, int depth, float[] packed, int to, int groupStride) {
    for (int row = 0; row < rows; row += MatmulTile.GROUP) {
      int group = to + row / MatmulTile.GROUP * groupStride;
      interleave(x, at + row * stride, stride, Math.min(MatmulTile.GROUP, rows - row), depth, packed, group, MatmulTile.GROUP);
    }
  }

  /** Columns {@code x[at + k * stride + r]}, r below {@code rows}, into panels of {@link MatmulTile#GROUP} rows. */
  static void packTransposedRows(float[] x, int at, int stride, int rows, int depth, float[] packed, int to,
      int groupStride) {
    int whole = rows / MatmulTile.GROUP;
    // A few rows of x at a time: its stride is often a power of two, and lines left for later would be evicted.
    int inFours = LANES == 16 ? rows & -LANES : 0;
    int deep = inFours == 0 ? 0 : depth & -2 * MatmulTile.GROUP;
    for (int k = 0; k < deep; k += 2 * MatmulTile.GROUP) {
      Interleaving.fours(x, at + k * stride, stride, inFours / LANES, packed, to + MatmulTile.GROUP * k, groupStride);
    }
    int first = inFours == whole * MatmulTile.GROUP ? deep : 0;
    for (int k = first; k < depth; k++) {
      int done = k < deep ? inFours / MatmulTile.GROUP : 0;
      spread(x, at + k * stride + done * MatmulTile.GROUP, whole - done, packed,
          to + done * groupStride + MatmulTile.GROUP * k, groupStride);
    }
    int rest = rows - whole * MatmulTile.GROUP;
    if (rest > 0) {
      int group = to + whole * groupStride;
      copyPadded(x, at + whole * MatmulTile.GROUP, stride, rest, depth, packed, group, MatmulTile.GROUP);
    }
  }

  /** One panel of b that is stored {@code [k, n]}: {@code x[at + k * stride + j]}, j below {@code columns}. */
  static void packPanel(float[] x, int at, int stride, int columns, int depth, float[] packed, int panel) {
    if (columns >= MatmulTile.COLUMNS) {
      copyWhole(x, at, stride, depth, packed, panel);
    } else {
      copyPadded(x, at, stride, columns, depth, packed, panel, MatmulTile.COLUMNS);
    }
  }

  /** One panel of b that is stored {@code [n, k]}: {@code x[at + j * stride + k]}, j below {@code columns}. */
  static void packTransposedPanel(float[] x, int at, int stride, int columns, int depth, float[] packed, int panel) {
    for (int column = 0; column < MatmulTile.COLUMNS; column += MatmulTile.GROUP) {
      int present = Math.clamp(columns - column, 0, MatmulTile.GROUP);
      interleave(x, at + column * stride, stride, present, depth, packed, panel + column, MatmulTile.COLUMNS);
    }
  }

  /** {@code y[to + j * yStride + i] = x[at + i * stride + j]} for i below {@code rows}, j below {@code columns}. */
  static void transpose(float[] x, int at, int stride, int rows, int columns, float[] y, int to, int yStride) {
    int row = 0;
    for (; row <= rows - MatmulTile.GROUP; row += MatmulTile.GROUP) {
      interleave(x, at + row * stride, stride, MatmulTile.GROUP, columns, y, to + row, yStride);
    }
    for (; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        y[to + column * yStride + row] = x[at + row * stride + column];
      }
    }
  }

  /** {@code packed[to + k * packedStride + r] = x[at + r * stride + k]} for r below {@code rows}, zeros up to a whole group. */
  static void interleave(
      float[] x, int at, int stride, int rows, int depth, float[] packed, int to, int packedStride) {
    int vectorized = 0;
    if (rows == MatmulTile.GROUP && packedStride == MatmulTile.GROUP) {
      vectorized = depth & -LANES;
      Interleaving.rows(x, at, stride, vectorized, packed, to);
    } else if (rows == MatmulTile.GROUP) {
      vectorized = depth & -MatmulTile.GROUP;
      transposeFours(x, at, stride, vectorized, packed, to, packedStride);
    }
    for (int k = vectorized; k < depth; k++) {
      for (int r = 0; r < MatmulTile.GROUP; r++) {
        packed[to + k * packedStride + r] = r < rows ? x[at + r * stride + k] : 0;
      }
    }
  }

  /** Blocks of 4 x 4 in registers: twice as fast as element by element, and as fast as memory delivers a weight matrix. */
  private static void transposeFours(float[] x, int at, int stride, int depth, float[] packed, int to, int packedStride) {
    for (int k = 0; k < depth; k += 4) {
      IntVector row0 = FloatVector.fromArray(FOUR_FLOATS, x, at + k).reinterpretAsInts();
      IntVector row1 = FloatVector.fromArray(FOUR_FLOATS, x, at + stride + k).reinterpretAsInts();
      IntVector row2 = FloatVector.fromArray(FOUR_FLOATS, x, at + 2 * stride + k).reinterpretAsInts();
      IntVector row3 = FloatVector.fromArray(FOUR_FLOATS, x, at + 3 * stride + k).reinterpretAsInts();
      IntVector first01 = FIRST_PAIRS.selectFrom(row0, row1);
      IntVector last01 = LAST_PAIRS.selectFrom(row0, row1);
      IntVector first23 = FIRST_PAIRS.selectFrom(row2, row3);
      IntVector last23 = LAST_PAIRS.selectFrom(row2, row3);
      int target = to + k * packedStride;
      FIRST_HALVES.selectFrom(first01, first23).reinterpretAsFloats().intoArray(packed, target);
      LAST_HALVES.selectFrom(first01, first23).reinterpretAsFloats().intoArray(packed, target + packedStride);
      FIRST_HALVES.selectFrom(last01, last23).reinterpretAsFloats().intoArray(packed, target + 2 * packedStride);
      LAST_HALVES.selectFrom(last01, last23).reinterpretAsFloats().intoArray(packed, target + 3 * packedStride);
    }
  }

  /** Without vectors: so short a loop was compiled on its own in some processes, with vectors on the heap for good. */
  private static void spread(float[] x, int at, int groups, float[] packed, int to, int groupStride) {
    for (int group = 0; group < groups; group++) {
      int from = at + MatmulTile.GROUP * group;
      int target = to + groupStride * group;
      packed[target] = x[from];
      packed[target + 1] = x[from + 1];
      packed[target + 2] = x[from + 2];
      packed[target + 3] = x[from + 3];
    }
  }

  private static void copyWhole(float[] x, int at, int stride, int depth, float[] packed, int to) {
    for (int k = 0; k < depth; k++) {
      FloatVector.fromArray(FLOATS, x, at + k * stride).intoArray(packed, to + MatmulTile.COLUMNS * k);
      FloatVector.fromArray(FLOATS, x, at + k * stride + LANES).intoArray(packed, to + MatmulTile.COLUMNS * k + LANES);
    }
  }

  private static void copyPadded(
      float[] x, int at, int stride, int columns, int depth, float[] packed, int to, int packedStride) {
    for (int k = 0; k < depth; k++) {
      int target = to + k * packedStride;
      System.arraycopy(x, at + k * stride, packed, target, columns);
      Arrays.fill(packed, target + columns, target + packedStride, 0);
    }
  }
}
