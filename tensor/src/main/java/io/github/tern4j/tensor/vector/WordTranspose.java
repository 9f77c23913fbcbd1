package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Exchanges rows and columns of a square of words, a vector wide, in levels: each exchanges the last halves of all runs of lanes
 * of one row with the first halves of another. Words lie in floats, whose bits are only moved.
 */
final class WordTranspose {

  /** Elements of a square. */
  static final int SIZE = LANES * LANES;

  /** For each level, the lanes of two rows that make the first one; those of the second lie half a run behind. */
  private static final int[] FIRST_HALVES = firstHalves();

  private WordTranspose() {}

  private static int[] firstHalves() {
    int[] lanes = new int[LANES * (Integer.numberOfTrailingZeros(LANES))];
    int at = 0;
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < LANES; lane++) {
        lanes[at++] = lane % (2 * half) < half ? lane : LANES + lane - half;
      }
    }
    return lanes;
  }

  /** Loads a square whose rows are {@code rowBytes} apart and transposes it; only the first {@code rows} are there. */
  static void load(MemorySegment memory, long at, long rowBytes, int rows, float[] square) {
    for (int row = 0; row < LANES; row++) {
      long from = at + Math.min(row, rows - 1) * rowBytes;
      FloatVector.fromMemorySegment(FLOATS, memory, from, ByteOrder.LITTLE_ENDIAN).intoArray(square, row * LANES);
    }
    int level = 0;
    for (int half = LANES / 2; half > 0; half /= 2) {
      exchange(square, half, level * LANES);
      level++;
    }
  }

  private static void exchange(float[] square, int half, int pattern) {
    IntVector first = IntVector.fromArray(INTS, FIRST_HALVES, pattern);
    IntVector last = first.add(half);
    for (int pair = 0; pair < LANES / 2; pair++) {
      int a = (pair / half * 2 * half + pair % half) * LANES;
      int b = a + half * LANES;
      IntVector rowA = FloatVector.fromArray(FLOATS, square, a).reinterpretAsInts();
      IntVector rowB = FloatVector.fromArray(FLOATS, square, b).reinterpretAsInts();
      first.selectFrom(rowA, rowB).reinterpretAsFloats().intoArray(square, a);
      last.selectFrom(rowA, rowB).reinterpretAsFloats().intoArray(square, b);
    }
  }
}
