package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link MatmulTile#COLUMNS} weight rows as panels of {@link MatmulTile}, one for each lane of {@link Summation}: the terms of
 * the lane in ascending order, for each the elements of all rows side by side.
 *
 * <p>Words of all lanes are sorted out at once, as they are stored, and widened lane by lane: for 16-bit weights that writes half
 * as much to the second-level cache, and the one panel in use stays in the first.
 *
 * <p>Even weight rows are the first half of the columns, odd ones the second: a square is made of rows two apart. Where rows are
 * as short as half a page of memory, 16 neighbours would be two streams in each page, of which prefetching follows one (rows of
 * 2 KiB: 0.68 of the time to sort them, longer rows 0.90; AMD EPYC Zen 4).
 */
final class DensePanel {

  /** Keeps the words of neighbouring lanes out of the same cache set. */
  private static final int GAP = 16;

  private DensePanel() {}

  /** Terms of a lane: those of whole steps, the last one filled up with zeros. */
  static int depth(FloatMatrix weight) {
    return Math.ceilDiv(weight.columns(), DenseRows.stepColumns(weight)) * weight.run();
  }

  /** Elements of a panel. */
  static int size(FloatMatrix weight) {
    return depth(weight) * COLUMNS;
  }

  /** Elements that hold the words of all lanes. */
  static int wordsLength(FloatMatrix weight) {
    return Summation.LANES * laneStride(weight);
  }

  /** Distance of the words of two lanes. */
  private static int laneStride(FloatMatrix weight) {
    return steps(weight) * COLUMNS + GAP;
  }

  /** The column of a weight row, counted from the first one. */
  static int column(int row) {
    return row % 2 * LANES + row / 2;
  }

  private static int steps(FloatMatrix weight) {
    return weight.columns() / DenseRows.stepColumns(weight);
  }

  /**
   * Sorts the words of weight rows from {@code first} on by lane.
   *
   * @param rows as many as there are, at most {@link MatmulTile#COLUMNS}; the other columns of panels are unspecified
   * @param square working memory of {@link WordTranspose#SIZE}
   */
  static void sort(FloatMatrix weight, int first, int rows, float[] square, float[] words) {
    int laneStride = laneStride(weight);
    int steps = steps(weight);
    for (int odd = 0; odd < Math.min(2, rows); odd++) {
      int present = (rows + 1 - odd) / 2;
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        long at = weight.rowAt(first + odd) + (long) lane * Integer.BYTES;
        for (int step = 0; step < steps; step++) {
          long from = at + (long) step * Summation.LANES * Integer.BYTES;
          WordTranspose.transpose(weight.memory(), from, 2 * weight.rowBytes(), present, square, words,
              lane * laneStride + step * COLUMNS + column(odd), laneStride);
        }
      }
    }
  }

  /** The panel of a lane, from the words of weight rows {@code first} to {@code first + rows}. */
  static void widen(FloatMatrix weight, int first, int rows, float[] words, int lane, float[] panel) {
    int steps = steps(weight);
    int at = lane * laneStride(weight);
    switch (weight.dtype()) {
      case F32 -> System.arraycopy(words, at, panel, 0, steps * COLUMNS);
      case BF16 -> widenBf16(words, at, steps, panel);
      case F16 -> widenF16(words, at, steps, panel);
      case I8, I32, I64, TERNARY -> throw new IllegalStateException("float matrix of " + weight.dtype());
    }
    for (int term = steps * weight.run(); term < depth(weight); term++) {
      int column = DenseRows.wholeColumns(weight) + lane * weight.run() + term % weight.run();
      for (int row = 0; row < rows; row++) {
        panel[term * COLUMNS + column(row)] = column < weight.columns() ? weight.value(first + row, column) : 0;
      }
    }
  }

  private static void widenBf16(float[] words, int at, int steps, float[] panel) {
    for (int step = 0; step < steps; step++) {
      IntVector left = load(words, at + step * COLUMNS);
      IntVector right = load(words, at + step * COLUMNS + LANES);
      int to = 2 * step * COLUMNS;
      WordWidening.lowBf16(left).intoArray(panel, to);
      WordWidening.lowBf16(right).intoArray(panel, to + LANES);
      WordWidening.highBf16(left).intoArray(panel, to + COLUMNS);
      WordWidening.highBf16(right).intoArray(panel, to + COLUMNS + LANES);
    }
  }

  private static void widenF16(float[] words, int at, int steps, float[] panel) {
    for (int step = 0; step < steps; step++) {
      IntVector left = load(words, at + step * COLUMNS);
      IntVector right = load(words, at + step * COLUMNS + LANES);
      int to = 2 * step * COLUMNS;
      WordWidening.lowF16(left).intoArray(panel, to);
      WordWidening.lowF16(right).intoArray(panel, to + LANES);
      WordWidening.highF16(left).intoArray(panel, to + COLUMNS);
      WordWidening.highF16(right).intoArray(panel, to + COLUMNS + LANES);
    }
  }

  private static IntVector load(float[] words, int at) {
    return FloatVector.fromArray(FLOATS, words, at).reinterpretAsInts();
  }
}
