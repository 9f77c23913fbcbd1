package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Transposes rows by fours in whole vectors. Beside blocks of 4 x 4 floats, stores are four times as wide: packing rows takes two
 * thirds, packing columns about half of the time (AMD EPYC Zen 4).
 */
final class Interleaving {

  /** Elements 0, 1, 2, ... of the first and of the second vector in turn, up to half of each. */
  static final IntVector FIRST_PAIRS = order(0, 1);

  /** The same for the other halves. */
  static final IntVector LAST_PAIRS = order(LANES / 2, 1);

  /** Pairs of elements of the first and of the second vector in turn, up to half of each. */
  private static final IntVector FIRST_TWOS = order(0, 2);

  private static final IntVector LAST_TWOS = order(LANES / 2, 2);

  /** Four elements of the first and of the second vector in turn, up to half of each. */
  static final IntVector FIRST_FOURS = order(0, 4);

  static final IntVector LAST_FOURS = order(LANES / 2, 4);

  /** Halves of the first and of the second vector. */
  static final IntVector FIRST_HALVES = order(0, LANES / 2);

  static final IntVector LAST_HALVES = order(LANES / 2, LANES / 2);

  private Interleaving() {}

  private static IntVector order(int from, int run) {
    int[] order = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      order[i] = from + i / (2 * run) * run + i % run + i / run % 2 * LANES;
    }
    return IntVector.fromArray(INTS, order, 0);
  }

  /** Four rows side by side: {@code y[to + 4 k + r] = x[at + r * stride + k]}, for k below n, a multiple of the lanes. */
  static void rows(float[] x, int at, int stride, int n, float[] y, int to) {
    for (int k = 0; k < n; k += LANES) {
      IntVector row0 = FloatVector.fromArray(FLOATS, x, at + k).reinterpretAsInts();
      IntVector row1 = FloatVector.fromArray(FLOATS, x, at + stride + k).reinterpretAsInts();
      IntVector row2 = FloatVector.fromArray(FLOATS, x, at + 2 * stride + k).reinterpretAsInts();
      IntVector row3 = FloatVector.fromArray(FLOATS, x, at + 3 * stride + k).reinterpretAsInts();
      IntVector first01 = FIRST_PAIRS.selectFrom(row0, row1);
      IntVector last01 = LAST_PAIRS.selectFrom(row0, row1);
      IntVector first23 = FIRST_PAIRS.selectFrom(row2, row3);
      IntVector last23 = LAST_PAIRS.selectFrom(row2, row3);
      int target = to + GROUP * k;
      FIRST_TWOS.selectFrom(first01, first23).reinterpretAsFloats().intoArray(y, target);
      LAST_TWOS.selectFrom(first01, first23).reinterpretAsFloats().intoArray(y, target + LANES);
      FIRST_TWOS.selectFrom(last01, last23).reinterpretAsFloats().intoArray(y, target + 2 * LANES);
      LAST_TWOS.selectFrom(last01, last23).reinterpretAsFloats().intoArray(y, target + 3 * LANES);
    }
  }

  /**
   * Fours of eight rows side by side: {@code y[to + c * yStride + 4 r + i] = x[at + r * stride + 4 c + i]}, for i below 4, r
   * below 8 and c below 4 n. For vectors of 16 lanes.
   *
   * <p>More than 325 bytes of code, which the JIT does not inline: of four rows at a time it was part of so large a method in
   * one of eleven processes that its vectors were on the heap for good.
   */
  static void fours(float[] x, int at, int stride, int n, float[] y, int to, int yStride) {
    for (int i = 0; i < n; i++) {
      int from = at + LANES * i;
      int target = to + 4 * i * yStride;
      IntVector row0 = FloatVector.fromArray(FLOATS, x, from).reinterpretAsInts();
      IntVector row1 = FloatVector.fromArray(FLOATS, x, from + stride).reinterpretAsInts();
      IntVector row2 = FloatVector.fromArray(FLOATS, x, from + 2 * stride).reinterpretAsInts();
      IntVector row3 = FloatVector.fromArray(FLOATS, x, from + 3 * stride).reinterpretAsInts();
      IntVector first01 = FIRST_FOURS.selectFrom(row0, row1);
      IntVector last01 = LAST_FOURS.selectFrom(row0, row1);
      IntVector first23 = FIRST_FOURS.selectFrom(row2, row3);
      IntVector last23 = LAST_FOURS.selectFrom(row2, row3);
      FIRST_HALVES.selectFrom(first01, first23).reinterpretAsFloats().intoArray(y, target);
      LAST_HALVES.selectFrom(first01, first23).reinterpretAsFloats().intoArray(y, target + yStride);
      FIRST_HALVES.selectFrom(last01, last23).reinterpretAsFloats().intoArray(y, target + 2 * yStride);
      LAST_HALVES.selectFrom(last01, last23).reinterpretAsFloats().intoArray(y, target + 3 * yStride);
      IntVector row4 = FloatVector.fromArray(FLOATS, x, from + 4 * stride).reinterpretAsInts();
      IntVector row5 = FloatVector.fromArray(FLOATS, x, from + 5 * stride).reinterpretAsInts();
      IntVector row6 = FloatVector.fromArray(FLOATS, x, from + 6 * stride).reinterpretAsInts();
      IntVector row7 = FloatVector.fromArray(FLOATS, x, from + 7 * stride).reinterpretAsInts();
      IntVector first45 = FIRST_FOURS.selectFrom(row4, row5);
      IntVector last45 = LAST_FOURS.selectFrom(row4, row5);
      IntVector first67 = FIRST_FOURS.selectFrom(row6, row7);
      IntVector last67 = LAST_FOURS.selectFrom(row6, row7);
      FIRST_HALVES.selectFrom(first45, first67).reinterpretAsFloats().intoArray(y, target + LANES);
      LAST_HALVES.selectFrom(first45, first67).reinterpretAsFloats().intoArray(y, target + yStride + LANES);
      FIRST_HALVES.selectFrom(last45, last67).reinterpretAsFloats().intoArray(y, target + 2 * yStride + LANES);
      LAST_HALVES.selectFrom(last45, last67).reinterpretAsFloats().intoArray(y, target + 3 * yStride + LANES);
    }
  }
}
