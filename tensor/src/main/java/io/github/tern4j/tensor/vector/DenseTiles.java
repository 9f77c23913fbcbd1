package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;
import static io.github.tern4j.tensor.vector.VectorWidth.FOUR_FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Dense products of many rows of x with the panels of some weight rows ({@link DensePanel}): the tiles of the matrix product,
 * once for each lane, and the sums of the lanes folded. That keeps the order of {@link DenseDot} at nearly the speed of the
 * matrix product.
 *
 * <p>The panel of a lane meets all rows of x before the next lane has its turn: it stays in the first-level cache, through which
 * packed x and the sums pass in order.
 */
final class DenseTiles {

  /** Tiles that wait for a partner at most: one for each level of the fold. The last lane finds all of them. */
  private static final int WAITING = Integer.numberOfTrailingZeros(Summation.LANES);

  private DenseTiles() {}

  /** Distance of two groups of rows of x in one lane. */
  private static int groupStride(FloatMatrix weight) {
    return MatmulTile.groupStride(DensePanel.depth(weight));
  }

  /** Distance of two lanes of packed x. */
  private static int laneStride(FloatMatrix weight, int rows) {
    return MatmulTile.paddedRows(rows) / GROUP * groupStride(weight);
  }

  /** Elements of packed x. */
  static int packedLength(FloatMatrix weight, int rows) {
    return Summation.LANES * laneStride(weight, rows);
  }

  /** Working memory of {@link #pack}. */
  static int interleavedLength(FloatMatrix weight) {
    return Summation.LANES * GROUP * DensePanel.depth(weight);
  }

  /** Working memory of {@link #multiply}. */
  static int sumsLength(int rows) {
    return (WAITING + 1) * MatmulTile.paddedRows(rows) * COLUMNS;
  }

  /**
   * Packs rows {@code row} to {@code row + GROUP} of x for all lanes, rows and columns that are missing as zeros.
   *
   * @param rows rows of x
   * @param interleaved working memory of {@link #interleavedLength}
   */
  static void pack(FloatMatrix weight, float[] x, int at, int row, int rows, float[] interleaved, float[] packed) {
    int columns = weight.columns();
    int present = Math.clamp(rows - row, 0, GROUP);
    MatmulPacking.interleave(x, at + row * columns, columns, present, columns, interleaved, 0, GROUP);
    Arrays.fill(interleaved, GROUP * columns, interleavedLength(weight), 0);
    int length = GROUP * weight.run();
    int steps = DensePanel.depth(weight) / weight.run();
    for (int lane = 0; lane < Summation.LANES; lane++) {
      int to = lane * laneStride(weight, rows) + row / GROUP * groupStride(weight);
      gather(interleaved, lane * length, Summation.LANES * length, length, steps, packed, to);
    }
  }

  /** {@code steps} runs of {@code length} elements, a multiple of four, one behind the other. */
  private static void gather(float[] x, int at, int stride, int length, int steps, float[] out, int to) {
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < length; i += GROUP) {
        FloatVector.fromArray(FOUR_FLOATS, x, at + step * stride + i).intoArray(out, to + step * length + i);
      }
    }
  }

  /**
   * Products of all rows of x with some weight rows.
   *
   * @param first the first weight row
   * @param columns weight rows, at most {@link MatmulTile#COLUMNS}
   * @param words {@linkplain DensePanel#sort sorted} words of the weight rows
   * @param panel working memory of {@link DensePanel#size}
   * @param sums working memory of {@link #sumsLength}
   */
  static void multiply(FloatMatrix weight, int first, int columns, float[] packed, int rows, float[] words, float[] panel,
      float[] sums, float[] out, int outAt) {
    sumLanes(weight, first, columns, packed, rows, words, panel, sums);
    for (int row = 0; row < rows; row++) {
      if (columns == COLUMNS) {
        putWhole(sums, row * COLUMNS, out, outAt + row * weight.rows() + first);
      } else {
        putPart(sums, row * COLUMNS, columns, out, outAt + row * weight.rows() + first);
      }
    }
  }

  /**
   * Lanes in the order of reversed bits: 0, 8, 4, 12, .. Two neighbours are a pair of the fold's first level, two pairs one of
   * the second, so that a sum waits for at most one partner in each level.
   */
  private static void sumLanes(FloatMatrix weight, int first, int columns, float[] packed, int rows, float[] words, float[] panel,
      float[] sums) {
    int level = MatmulTile.paddedRows(rows) * COLUMNS;
    int waiting = 0;
    for (int i = 0; i < Summation.LANES; i++) {
      int lane = Integer.reverse(i) >>> Integer.numberOfLeadingZeros(Summation.LANES - 1);
      int folds = Integer.numberOfTrailingZeros(i + 1);
      DensePanel.widen(weight, first, columns, words, lane, panel);
      multiplyLane(weight, packed, lane * laneStride(weight, rows), rows, panel, sums, waiting * level, folds, level);
      waiting += 1 - folds;
    }
  }

  private static void multiplyLane(FloatMatrix weight, float[] packed, int at, int rows, float[] panel, float[] sums, int sumsAt,
      int folds, int level) {
    int depth = DensePanel.depth(weight);
    int groupStride = groupStride(weight);
    for (int row = 0; row < rows; row += MatmulTile.height(rows - row)) {
      MatmulTile.multiplyAndFold(rows - row, packed, at + row / GROUP * groupStride, groupStride, panel, 0, depth, sums,
          sumsAt + row * COLUMNS, folds, level);
    }
  }

  /** Columns in the order of weight rows. Zeros lose their sign. */
  private static void putWhole(float[] sums, int at, float[] out, int to) {
    IntVector even = Lanes.load(sums, at).add(0).reinterpretAsInts();
    IntVector odd = Lanes.load(sums, at + LANES).add(0).reinterpretAsInts();
    Interleaving.FIRST_PAIRS.selectFrom(even, odd).reinterpretAsFloats().intoArray(out, to);
    Interleaving.LAST_PAIRS.selectFrom(even, odd).reinterpretAsFloats().intoArray(out, to + LANES);
  }

  private static void putPart(float[] sums, int at, int columns, float[] out, int to) {
    for (int row = 0; row < columns; row++) {
      out[to + row] = sums[at + DensePanel.column(row)] + 0;
    }
  }
}
