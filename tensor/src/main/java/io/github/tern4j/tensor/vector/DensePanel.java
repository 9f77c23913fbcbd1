package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link MatmulTile#COLUMNS} weight rows, widened, as one panel of {@link MatmulTile} for each lane of {@link Summation}: the
 * terms of the lane in ascending order, for each the elements of all rows side by side. Rows are filled up with zeros to whole
 * steps.
 */
final class DensePanel {

  /** Keeps the panels of neighbouring lanes out of the same cache set. */
  private static final int GAP = 16;

  private DensePanel() {}

  /** Terms of a lane. */
  static int depth(FloatMatrix weight) {
    return Math.ceilDiv(weight.columns(), DenseRows.stepColumns(weight)) * weight.run();
  }

  /** Distance of the panels of two lanes. */
  static int laneStride(FloatMatrix weight) {
    return depth(weight) * COLUMNS + GAP;
  }

  /**
   * Packs weight rows from {@code first} on.
   *
   * @param rows as many as there are, at most {@link MatmulTile#COLUMNS}; the other columns of the panel are unspecified
   * @param square working memory of {@link WordTranspose#SIZE}
   */
  static void pack(FloatMatrix weight, int first, int rows, float[] square, float[] panel) {
    int laneStride = laneStride(weight);
    int run = weight.run();
    int steps = weight.columns() / DenseRows.stepColumns(weight);
    for (int column = 0; column < rows; column += LANES) {
      int present = Math.min(LANES, rows - column);
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        long at = weight.rowAt(first + column) + (long) lane * Integer.BYTES;
        for (int step = 0; step < steps; step++) {
          long from = at + (long) step * Summation.LANES * Integer.BYTES;
          WordTranspose.load(weight.memory(), from, weight.rowBytes(), present, square);
          widen(weight, square, panel, lane * laneStride + step * run * COLUMNS + column, laneStride);
        }
      }
    }
    if (DenseRows.wholeColumns(weight) < weight.columns()) {
      packRest(weight, first, rows, panel);
    }
  }

  private static void packRest(FloatMatrix weight, int first, int rows, float[] panel) {
    int run = weight.run();
    int whole = DenseRows.wholeColumns(weight);
    for (int i = 0; i < DenseRows.stepColumns(weight); i++) {
      int term = whole / Summation.LANES + i % run;
      int at = i / run * laneStride(weight) + term * COLUMNS;
      for (int row = 0; row < rows; row++) {
        panel[at + row] = whole + i < weight.columns() ? weight.value(first + row, whole + i) : 0;
      }
    }
  }

  private static void widen(FloatMatrix weight, float[] square, float[] panel, int at, int laneStride) {
    switch (weight.dtype()) {
      case F32 -> widenF32(square, panel, at, laneStride);
      case BF16 -> widenBf16(square, panel, at, laneStride);
      case F16 -> widenF16(square, panel, at, laneStride);
      case I8, I32, I64, TERNARY -> throw new IllegalStateException("float matrix of " + weight.dtype());
    }
  }

  private static void widenF32(float[] square, float[] panel, int at, int laneStride) {
    for (int lane = 0; lane < LANES; lane++) {
      FloatVector.fromArray(FLOATS, square, lane * LANES).intoArray(panel, at + lane * laneStride);
    }
  }

  private static void widenBf16(float[] square, float[] panel, int at, int laneStride) {
    for (int lane = 0; lane < LANES; lane++) {
      IntVector words = FloatVector.fromArray(FLOATS, square, lane * LANES).reinterpretAsInts();
      WordWidening.lowBf16(words).intoArray(panel, at + lane * laneStride);
      WordWidening.highBf16(words).intoArray(panel, at + lane * laneStride + COLUMNS);
    }
  }

  private static void widenF16(float[] square, float[] panel, int at, int laneStride) {
    for (int lane = 0; lane < LANES; lane++) {
      IntVector words = FloatVector.fromArray(FLOATS, square, lane * LANES).reinterpretAsInts();
      WordWidening.lowF16(words).intoArray(panel, at + lane * laneStride);
      WordWidening.highF16(words).intoArray(panel, at + lane * laneStride + COLUMNS);
    }
  }
}
