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
 *
 * <p>Two levels at a time go through four registers, which halves the loads and stores. One method that keeps all of a square of
 * 16 in registers took twice as long (AMD EPYC Zen 4).
 */
final class WordTranspose {

  /** Elements of a square. */
  static final int SIZE = LANES * LANES;

  /** Rows that meet in two levels. */
  private static final int FOUR = 4;

  /** Lanes of two rows that make the first one, where the first halves of all runs are this long. */
  private static final IntVector FIRST_EIGHTS = firstHalves(8);

  private static final IntVector FIRST_FOURS = firstHalves(4);

  private static final IntVector FIRST_TWOS = firstHalves(2);

  private static final IntVector FIRST_ONES = firstHalves(1);

  /** The same for the other row. */
  private static final IntVector LAST_EIGHTS = FIRST_EIGHTS.add(8);

  private static final IntVector LAST_FOURS = FIRST_FOURS.add(4);

  private static final IntVector LAST_TWOS = FIRST_TWOS.add(2);

  private static final IntVector LAST_ONES = FIRST_ONES.add(1);

  private WordTranspose() {}

  /** Without a meaning where a run is longer than a vector. */
  private static IntVector firstHalves(int half) {
    int[] lanes = new int[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = lane % (2 * half) < half ? lane : LANES + lane - half;
    }
    return IntVector.fromArray(INTS, lanes, 0);
  }

  /**
   * Transposes a square: column j of it to {@code out[to + j * stride]}.
   *
   * @param rowBytes distance of its rows in {@code memory}
   * @param rows as many as there are; the last one stands for those that are missing
   * @param square working memory of {@link #SIZE}
   */
  static void transpose(MemorySegment memory, long at, long rowBytes, int rows, float[] square, float[] out, int to, int stride) {
    switch (LANES) {
      case 16 -> loadSixteen(memory, at, rowBytes, rows - 1, square);
      case 8 -> loadEight(memory, at, rowBytes, rows - 1, square);
      default -> loadFour(memory, at, rowBytes, rows - 1, square);
    }
    exchangeTwosAndOnes(square, out, to, stride);
  }

  /** Loads and exchanges halves of eight and of four lanes. */
  private static void loadSixteen(MemorySegment memory, long at, long rowBytes, int last, float[] square) {
    for (int row = 0; row < FOUR; row++) {
      IntVector a = load(memory, at + Math.min(row, last) * rowBytes);
      IntVector b = load(memory, at + Math.min(row + 4, last) * rowBytes);
      IntVector c = load(memory, at + Math.min(row + 8, last) * rowBytes);
      IntVector d = load(memory, at + Math.min(row + 12, last) * rowBytes);
      IntVector firstAc = FIRST_EIGHTS.selectFrom(a, c);
      IntVector lastAc = LAST_EIGHTS.selectFrom(a, c);
      IntVector firstBd = FIRST_EIGHTS.selectFrom(b, d);
      IntVector lastBd = LAST_EIGHTS.selectFrom(b, d);
      int to = row * LANES;
      store(FIRST_FOURS.selectFrom(firstAc, firstBd), square, to);
      store(LAST_FOURS.selectFrom(firstAc, firstBd), square, to + 4 * LANES);
      store(FIRST_FOURS.selectFrom(lastAc, lastBd), square, to + 8 * LANES);
      store(LAST_FOURS.selectFrom(lastAc, lastBd), square, to + 12 * LANES);
    }
  }

  /** Loads and exchanges halves of four lanes. */
  private static void loadEight(MemorySegment memory, long at, long rowBytes, int last, float[] square) {
    for (int row = 0; row < FOUR; row++) {
      IntVector a = load(memory, at + Math.min(row, last) * rowBytes);
      IntVector b = load(memory, at + Math.min(row + 4, last) * rowBytes);
      store(FIRST_FOURS.selectFrom(a, b), square, row * LANES);
      store(LAST_FOURS.selectFrom(a, b), square, (row + 4) * LANES);
    }
  }

  private static void loadFour(MemorySegment memory, long at, long rowBytes, int last, float[] square) {
    for (int row = 0; row < FOUR; row++) {
      store(load(memory, at + Math.min(row, last) * rowBytes), square, row * LANES);
    }
  }

  private static void exchangeTwosAndOnes(float[] square, float[] out, int to, int stride) {
    for (int row = 0; row < LANES; row += FOUR) {
      IntVector a = load(square, row * LANES);
      IntVector b = load(square, (row + 1) * LANES);
      IntVector c = load(square, (row + 2) * LANES);
      IntVector d = load(square, (row + 3) * LANES);
      IntVector firstAc = FIRST_TWOS.selectFrom(a, c);
      IntVector lastAc = LAST_TWOS.selectFrom(a, c);
      IntVector firstBd = FIRST_TWOS.selectFrom(b, d);
      IntVector lastBd = LAST_TWOS.selectFrom(b, d);
      int target = to + row * stride;
      store(FIRST_ONES.selectFrom(firstAc, firstBd), out, target);
      store(LAST_ONES.selectFrom(firstAc, firstBd), out, target + stride);
      store(FIRST_ONES.selectFrom(lastAc, lastBd), out, target + 2 * stride);
      store(LAST_ONES.selectFrom(lastAc, lastBd), out, target + 3 * stride);
    }
  }

  private static IntVector load(MemorySegment memory, long at) {
    return IntVector.fromMemorySegment(INTS, memory, at, ByteOrder.LITTLE_ENDIAN);
  }

  private static IntVector load(float[] x, int at) {
    return FloatVector.fromArray(FLOATS, x, at).reinterpretAsInts();
  }

  private static void store(IntVector words, float[] x, int at) {
    words.reinterpretAsFloats().intoArray(x, at);
  }
}
