package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of the matrix product: block sums of a tile of the output, held in registers while k ascends.
 *
 * <p>A tile of 12 rows x 2 vectors needs 24 accumulators of the 32 registers of AVX-512 and runs at the peak rate of fused
 * multiply-add (116 GFLOP/s on a core of AMD EPYC Zen 4); narrower machines may have only 16 registers and use 4 rows, as the
 * last rows of a matrix do. Loops are unrolled by hand over rows only: every attempt to unroll over k was slower, and a helper
 * method for the stores was not inlined, which put all accumulators on the heap.
 */
final class MatmulTile {

  /** Rows that are packed together: {@code a[4 k + r]}. */
  static final int GROUP = 4;

  /** Most rows of a tile. */
  static final int ROWS = LANES == 16 ? 12 : GROUP;

  /** Columns of a tile. */
  static final int COLUMNS = 2 * LANES;

  private MatmulTile() {}

  /** Distance of packed groups of this depth; the extra line keeps neighbouring groups out of the same cache set. */
  static int groupStride(int depth) {
    return GROUP * depth + 16;
  }

  /** Rows of the tile that {@link #multiply} computes when {@code rows} are left. */
  static int height(int rows) {
    return ROWS == 12 && rows > 2 * GROUP ? ROWS : GROUP;
  }

  /** Rows up to the end of the last tile. */
  static int paddedRows(int rows) {
    return Math.ceilDiv(rows, ROWS) * ROWS;
  }

  /**
   * Computes block sums {@code sums[sumsAt + r * COLUMNS + j] = sum_k a_rk b_kj} of the first {@link #height} of {@code rows}
   * rows. Row r of the tile is element {@code r mod GROUP} of packed group {@code r / GROUP}.
   */
  static void multiply(int rows, float[] a, int aAt, int groupStride, float[] b, int bAt, int depth, float[] sums, int sumsAt) {
    multiplyAndFold(rows, a, aAt, groupStride, b, bAt, depth, sums, sumsAt, 0, 0);
  }

  /**
   * {@link #multiply}, and {@code folds} earlier tiles are added to the sums while they are in registers: first that at
   * {@code sumsAt - foldStride}, then that at {@code sumsAt - 2 foldStride} and so on. The total takes the place of the last one.
   */
  static void multiplyAndFold(int rows, float[] a, int aAt, int groupStride, float[] b, int bAt, int depth, float[] sums,
      int sumsAt, int folds, int foldStride) {
    if (height(rows) == 12) {
      multiply12(a, aAt, aAt + groupStride, aAt + 2 * groupStride, b, bAt, depth, sums, sumsAt, folds, foldStride);
    } else {
      multiply4(a, aAt, b, bAt, depth, sums, sumsAt, folds, foldStride);
    }
  }

  /** Writes block sums to the output, or adds them to it. */
  static void put(float[] sums, int rows, int columns, float[] out, int at, int stride, boolean add) {
    for (int row = 0; row < rows; row++) {
      if (columns >= COLUMNS) {
        putWhole(sums, row * COLUMNS, out, at + row * stride, add);
      } else {
        putPart(sums, row * COLUMNS, columns, out, at + row * stride, add);
      }
    }
  }

  private static void putWhole(float[] sums, int from, float[] out, int at, boolean add) {
    if (add) {
      FloatVector.fromArray(FLOATS, out, at).add(FloatVector.fromArray(FLOATS, sums, from)).intoArray(out, at);
      FloatVector.fromArray(FLOATS, out, at + LANES).add(FloatVector.fromArray(FLOATS, sums, from + LANES)).intoArray(out, at + LANES);
    } else {
      FloatVector.fromArray(FLOATS, sums, from).intoArray(out, at);
      FloatVector.fromArray(FLOATS, sums, from + LANES).intoArray(out, at + LANES);
    }
  }

  private static void putPart(float[] sums, int from, int columns, float[] out, int at, boolean add) {
    for (int column = 0; column < columns; column++) {
      out[at + column] = add ? out[at + column] + sums[from + column] : sums[from + column];
    }
  }

  /** Three groups of rows at once. */
  private static void multiply12(
      float[] a, int firstAt, int secondAt, int thirdAt, float[] b, int bAt, int depth, float[] sums, int sumsAt,
      int folds, int foldStride) {
    FloatVector low0 = FloatVector.zero(FLOATS);
    FloatVector high0 = FloatVector.zero(FLOATS);
    FloatVector low1 = FloatVector.zero(FLOATS);
    FloatVector high1 = FloatVector.zero(FLOATS);
    FloatVector low2 = FloatVector.zero(FLOATS);
    FloatVector high2 = FloatVector.zero(FLOATS);
    FloatVector low3 = FloatVector.zero(FLOATS);
    FloatVector high3 = FloatVector.zero(FLOATS);
    FloatVector low4 = FloatVector.zero(FLOATS);
    FloatVector high4 = FloatVector.zero(FLOATS);
    FloatVector low5 = FloatVector.zero(FLOATS);
    FloatVector high5 = FloatVector.zero(FLOATS);
    FloatVector low6 = FloatVector.zero(FLOATS);
    FloatVector high6 = FloatVector.zero(FLOATS);
    FloatVector low7 = FloatVector.zero(FLOATS);
    FloatVector high7 = FloatVector.zero(FLOATS);
    FloatVector low8 = FloatVector.zero(FLOATS);
    FloatVector high8 = FloatVector.zero(FLOATS);
    FloatVector low9 = FloatVector.zero(FLOATS);
    FloatVector high9 = FloatVector.zero(FLOATS);
    FloatVector low10 = FloatVector.zero(FLOATS);
    FloatVector high10 = FloatVector.zero(FLOATS);
    FloatVector low11 = FloatVector.zero(FLOATS);
    FloatVector high11 = FloatVector.zero(FLOATS);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(FLOATS, b, bAt + COLUMNS * k);
      FloatVector high = FloatVector.fromArray(FLOATS, b, bAt + COLUMNS * k + LANES);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[firstAt + GROUP * k]);
      low0 = a0.fma(low, low0);
      high0 = a0.fma(high, high0);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[firstAt + GROUP * k + 1]);
      low1 = a1.fma(low, low1);
      high1 = a1.fma(high, high1);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[firstAt + GROUP * k + 2]);
      low2 = a2.fma(low, low2);
      high2 = a2.fma(high, high2);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[firstAt + GROUP * k + 3]);
      low3 = a3.fma(low, low3);
      high3 = a3.fma(high, high3);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a[secondAt + GROUP * k]);
      low4 = a4.fma(low, low4);
      high4 = a4.fma(high, high4);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a[secondAt + GROUP * k + 1]);
      low5 = a5.fma(low, low5);
      high5 = a5.fma(high, high5);
      FloatVector a6 = FloatVector.broadcast(FLOATS, a[secondAt + GROUP * k + 2]);
      low6 = a6.fma(low, low6);
      high6 = a6.fma(high, high6);
      FloatVector a7 = FloatVector.broadcast(FLOATS, a[secondAt + GROUP * k + 3]);
      low7 = a7.fma(low, low7);
      high7 = a7.fma(high, high7);
      FloatVector a8 = FloatVector.broadcast(FLOATS, a[thirdAt + GROUP * k]);
      low8 = a8.fma(low, low8);
      high8 = a8.fma(high, high8);
      FloatVector a9 = FloatVector.broadcast(FLOATS, a[thirdAt + GROUP * k + 1]);
      low9 = a9.fma(low, low9);
      high9 = a9.fma(high, high9);
      FloatVector a10 = FloatVector.broadcast(FLOATS, a[thirdAt + GROUP * k + 2]);
      low10 = a10.fma(low, low10);
      high10 = a10.fma(high, high10);
      FloatVector a11 = FloatVector.broadcast(FLOATS, a[thirdAt + GROUP * k + 3]);
      low11 = a11.fma(low, low11);
      high11 = a11.fma(high, high11);
    }
    int at = sumsAt;
    for (int fold = 0; fold < folds; fold++) {
      at -= foldStride;
      low0 = low0.add(FloatVector.fromArray(FLOATS, sums, at));
      high0 = high0.add(FloatVector.fromArray(FLOATS, sums, at + LANES));
      low1 = low1.add(FloatVector.fromArray(FLOATS, sums, at + COLUMNS));
      high1 = high1.add(FloatVector.fromArray(FLOATS, sums, at + COLUMNS + LANES));
      low2 = low2.add(FloatVector.fromArray(FLOATS, sums, at + 2 * COLUMNS));
      high2 = high2.add(FloatVector.fromArray(FLOATS, sums, at + 2 * COLUMNS + LANES));
      low3 = low3.add(FloatVector.fromArray(FLOATS, sums, at + 3 * COLUMNS));
      high3 = high3.add(FloatVector.fromArray(FLOATS, sums, at + 3 * COLUMNS + LANES));
      low4 = low4.add(FloatVector.fromArray(FLOATS, sums, at + 4 * COLUMNS));
      high4 = high4.add(FloatVector.fromArray(FLOATS, sums, at + 4 * COLUMNS + LANES));
      low5 = low5.add(FloatVector.fromArray(FLOATS, sums, at + 5 * COLUMNS));
      high5 = high5.add(FloatVector.fromArray(FLOATS, sums, at + 5 * COLUMNS + LANES));
      low6 = low6.add(FloatVector.fromArray(FLOATS, sums, at + 6 * COLUMNS));
      high6 = high6.add(FloatVector.fromArray(FLOATS, sums, at + 6 * COLUMNS + LANES));
      low7 = low7.add(FloatVector.fromArray(FLOATS, sums, at + 7 * COLUMNS));
      high7 = high7.add(FloatVector.fromArray(FLOATS, sums, at + 7 * COLUMNS + LANES));
      low8 = low8.add(FloatVector.fromArray(FLOATS, sums, at + 8 * COLUMNS));
      high8 = high8.add(FloatVector.fromArray(FLOATS, sums, at + 8 * COLUMNS + LANES));
      low9 = low9.add(FloatVector.fromArray(FLOATS, sums, at + 9 * COLUMNS));
      high9 = high9.add(FloatVector.fromArray(FLOATS, sums, at + 9 * COLUMNS + LANES));
      low10 = low10.add(FloatVector.fromArray(FLOATS, sums, at + 10 * COLUMNS));
      high10 = high10.add(FloatVector.fromArray(FLOATS, sums, at + 10 * COLUMNS + LANES));
      low11 = low11.add(FloatVector.fromArray(FLOATS, sums, at + 11 * COLUMNS));
      high11 = high11.add(FloatVector.fromArray(FLOATS, sums, at + 11 * COLUMNS + LANES));
    }
    low0.intoArray(sums, at);
    high0.intoArray(sums, at + LANES);
    low1.intoArray(sums, at + COLUMNS);
    high1.intoArray(sums, at + COLUMNS + LANES);
    low2.intoArray(sums, at + 2 * COLUMNS);
    high2.intoArray(sums, at + 2 * COLUMNS + LANES);
    low3.intoArray(sums, at + 3 * COLUMNS);
    high3.intoArray(sums, at + 3 * COLUMNS + LANES);
    low4.intoArray(sums, at + 4 * COLUMNS);
    high4.intoArray(sums, at + 4 * COLUMNS + LANES);
    low5.intoArray(sums, at + 5 * COLUMNS);
    high5.intoArray(sums, at + 5 * COLUMNS + LANES);
    low6.intoArray(sums, at + 6 * COLUMNS);
    high6.intoArray(sums, at + 6 * COLUMNS + LANES);
    low7.intoArray(sums, at + 7 * COLUMNS);
    high7.intoArray(sums, at + 7 * COLUMNS + LANES);
    low8.intoArray(sums, at + 8 * COLUMNS);
    high8.intoArray(sums, at + 8 * COLUMNS + LANES);
    low9.intoArray(sums, at + 9 * COLUMNS);
    high9.intoArray(sums, at + 9 * COLUMNS + LANES);
    low10.intoArray(sums, at + 10 * COLUMNS);
    high10.intoArray(sums, at + 10 * COLUMNS + LANES);
    low11.intoArray(sums, at + 11 * COLUMNS);
    high11.intoArray(sums, at + 11 * COLUMNS + LANES);
  }

  /** One group of rows. */
  private static void multiply4(float[] a, int aAt, float[] b, int bAt, int depth, float[] sums, int sumsAt,
      int folds, int foldStride) {
    FloatVector low0 = FloatVector.zero(FLOATS);
    FloatVector high0 = FloatVector.zero(FLOATS);
    FloatVector low1 = FloatVector.zero(FLOATS);
    FloatVector high1 = FloatVector.zero(FLOATS);
    FloatVector low2 = FloatVector.zero(FLOATS);
    FloatVector high2 = FloatVector.zero(FLOATS);
    FloatVector low3 = FloatVector.zero(FLOATS);
    FloatVector high3 = FloatVector.zero(FLOATS);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(FLOATS, b, bAt + COLUMNS * k);
      FloatVector high = FloatVector.fromArray(FLOATS, b, bAt + COLUMNS * k + LANES);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k]);
      low0 = a0.fma(low, low0);
      high0 = a0.fma(high, high0);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 1]);
      low1 = a1.fma(low, low1);
      high1 = a1.fma(high, high1);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 2]);
      low2 = a2.fma(low, low2);
      high2 = a2.fma(high, high2);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 3]);
      low3 = a3.fma(low, low3);
      high3 = a3.fma(high, high3);
    }
    int at = sumsAt;
    for (int fold = 0; fold < folds; fold++) {
      at -= foldStride;
      low0 = low0.add(FloatVector.fromArray(FLOATS, sums, at));
      high0 = high0.add(FloatVector.fromArray(FLOATS, sums, at + LANES));
      low1 = low1.add(FloatVector.fromArray(FLOATS, sums, at + COLUMNS));
      high1 = high1.add(FloatVector.fromArray(FLOATS, sums, at + COLUMNS + LANES));
      low2 = low2.add(FloatVector.fromArray(FLOATS, sums, at + 2 * COLUMNS));
      high2 = high2.add(FloatVector.fromArray(FLOATS, sums, at + 2 * COLUMNS + LANES));
      low3 = low3.add(FloatVector.fromArray(FLOATS, sums, at + 3 * COLUMNS));
      high3 = high3.add(FloatVector.fromArray(FLOATS, sums, at + 3 * COLUMNS + LANES));
    }
    low0.intoArray(sums, at);
    high0.intoArray(sums, at + LANES);
    low1.intoArray(sums, at + COLUMNS);
    high1.intoArray(sums, at + COLUMNS + LANES);
    low2.intoArray(sums, at + 2 * COLUMNS);
    high2.intoArray(sums, at + 2 * COLUMNS + LANES);
    low3.intoArray(sums, at + 3 * COLUMNS);
    high3.intoArray(sums, at + 3 * COLUMNS + LANES);
  }
}
