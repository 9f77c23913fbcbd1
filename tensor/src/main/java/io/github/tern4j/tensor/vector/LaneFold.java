package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.kernel.Summation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Folds the lane sums of {@link Summation#LANES} rows at once as {@link Summation#fold} does one row: each level adds the last
 * halves of all runs of lanes to the first halves and puts the runs of two vectors into one. Row by row, folding took longer
 * than a row of an int8 weight takes to arrive.
 */
final class LaneFold {

  /** Rows that are folded together. */
  static final int ROWS = Summation.LANES;

  /**
   * Weight rows of a block that are read side by side, a quarter of the block apart: as many streams, in pages of their own.
   * A stream alone arrives at 0.65 to 0.7 of their rate, neighbouring rows at 0.56 to 0.59 (Intel Xeon, Emerald Rapids, int8
   * rows of 1 KiB).
   */
  static final int STREAMS = 4;

  /** For each level, the lanes of two vectors that are first halves; the last ones lie half a run behind. */
  private static final int[] FIRST_HALVES = firstHalves();

  private LaneFold() {}

  private static int[] firstHalves() {
    int[] lanes = new int[LANES * (Integer.numberOfTrailingZeros(LANES))];
    int at = 0;
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < LANES; lane++) {
        lanes[at++] = lane / half * 2 * half + lane % half;
      }
    }
    return lanes;
  }

  /** Sum of row r, of lanes {@code sums[r LANES + l]}, to {@code sums[r]}; the rest of {@code sums} is overwritten. */
  static void fold(float[] sums) {
    for (int lanes = Summation.LANES / 2; lanes >= LANES; lanes /= 2) {
      addHalves(sums, lanes);
    }
    int level = 0;
    for (int half = LANES / 2; half > 0; half /= 2) {
      join(sums, ROWS * half / LANES, half, level * LANES);
      level++;
    }
  }

  /** Rows of {@code 2 lanes} become rows of {@code lanes}. */
  private static void addHalves(float[] sums, int lanes) {
    for (int row = 0; row < ROWS; row++) {
      for (int lane = 0; lane < lanes; lane += LANES) {
        FloatVector last = FloatVector.fromArray(FLOATS, sums, (2 * row + 1) * lanes + lane);
        FloatVector.fromArray(FLOATS, sums, 2 * row * lanes + lane).add(last).intoArray(sums, row * lanes + lane);
      }
    }
  }

  /** Vectors {@code 2 i} and {@code 2 i + 1} become vector i. */
  private static void join(float[] sums, int vectors, int half, int pattern) {
    IntVector first = IntVector.fromArray(INTS, FIRST_HALVES, pattern);
    IntVector last = first.add(half);
    for (int i = 0; i < vectors; i++) {
      IntVector a = FloatVector.fromArray(FLOATS, sums, 2 * i * LANES).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(FLOATS, sums, (2 * i + 1) * LANES).reinterpretAsInts();
      FloatVector firsts = first.selectFrom(a, b).reinterpretAsFloats();
      firsts.add(last.selectFrom(a, b).reinterpretAsFloats()).intoArray(sums, i * LANES);
    }
  }
}
