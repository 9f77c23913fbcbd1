package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;

import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Dense products of many rows of x with one {@link DensePanel}: the tile of the matrix product, once for each lane, and the sums
 * of the lanes folded. That keeps the order of {@link DenseDot} at nearly the speed of the matrix product.
 */
final class DenseTiles {

  /** Elements of a tile. */
  private static final int TILE = MatmulTile.ROWS * COLUMNS;

  /** Sums that wait for a partner: one for each level of the fold, and a new one. */
  private static final int WAITING = Integer.numberOfTrailingZeros(Summation.LANES) + 1;

  private DenseTiles() {}

  /** Distance of two groups of rows of x in one lane. */
  static int groupStride(FloatMatrix weight) {
    return MatmulTile.groupStride(DensePanel.depth(weight));
  }

  /** Distance of two lanes of packed x. */
  static int laneStride(FloatMatrix weight, int rows) {
    return Math.ceilDiv(rows, MatmulTile.ROWS) * (MatmulTile.ROWS / GROUP) * groupStride(weight);
  }

  /** Working memory of {@link #multiply}. */
  static int sumsLength() {
    return WAITING * TILE;
  }

  /**
   * Packs rows {@code row} to {@code row + GROUP} of x for all lanes, rows and columns that are missing as zeros.
   *
   * @param rows rows of x
   */
  static void pack(FloatMatrix weight, float[] x, int at, int row, int rows, float[] packed) {
    int run = weight.run();
    int columns = weight.columns();
    int padded = DensePanel.depth(weight) * Summation.LANES;
    for (int r = 0; r < GROUP; r++) {
      int from = at + (row + r) * columns;
      int present = row + r < rows ? columns : 0;
      for (int lane = 0; lane < Summation.LANES; lane++) {
        int to = lane * laneStride(weight, rows) + row / GROUP * groupStride(weight) + r;
        for (int word = lane * run; word < padded; word += Summation.LANES * run) {
          for (int i = word; i < word + run; i++) {
            packed[to] = i < present ? x[from + i] : 0;
            to += GROUP;
          }
        }
      }
    }
  }

  /**
   * Products of all rows of x with a panel.
   *
   * @param first weight row of the panel's first column
   * @param columns columns of the panel that are weight rows
   * @param sums working memory of {@link #sumsLength}
   */
  static void multiply(FloatMatrix weight, int first, int columns, float[] packed, int rows, float[] panel, float[] sums,
      float[] out, int outAt) {
    for (int row = 0; row < rows; row += MatmulTile.height(rows - row)) {
      sumLanes(weight, packed, row, rows, panel, sums);
      int height = Math.min(MatmulTile.height(rows - row), rows - row);
      for (int r = 0; r < height; r++) {
        int to = outAt + (row + r) * weight.rows() + first;
        for (int column = 0; column < columns; column++) {
          out[to + column] = sums[r * COLUMNS + column] + 0;
        }
      }
    }
  }

  /**
   * Lanes in the order of reversed bits: 0, 8, 4, 12, .. Two neighbours are a pair of the fold's first level, two pairs one of
   * the second, so that a sum waits for at most one partner in each level.
   */
  private static void sumLanes(FloatMatrix weight, float[] packed, int row, int rows, float[] panel, float[] sums) {
    int depth = DensePanel.depth(weight);
    int groupStride = groupStride(weight);
    int waiting = 0;
    for (int i = 0; i < Summation.LANES; i++) {
      int lane = Integer.reverse(i) >>> Integer.numberOfLeadingZeros(Summation.LANES - 1);
      int at = lane * laneStride(weight, rows) + row / GROUP * groupStride;
      MatmulTile.multiply(rows - row, packed, at, groupStride, panel, lane * DensePanel.laneStride(weight), depth, sums,
          waiting * TILE);
      for (int folds = Integer.numberOfTrailingZeros(i + 1); folds > 0; folds--) {
        Lanes.add(sums, waiting * TILE, TILE, sums, (waiting - 1) * TILE);
        waiting--;
      }
      waiting++;
    }
  }
}
