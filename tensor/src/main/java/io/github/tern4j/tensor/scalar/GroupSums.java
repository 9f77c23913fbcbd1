package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Products of int8 rows with rounded activations, whose sums have a scale for each group: group g has columns
 * {@code 32 i + 2 g} and their right neighbours. Four codes are read as an int, which belongs to two groups; eight sums stay in
 * registers.
 */
final class GroupSums implements BlockProduct {

  private static final int FOUR = Integer.BYTES;

  /** Ints that have one code pair of each group. */
  private static final int STEP = 2 * LANES / FOUR;

  /** Ints that a loop reads of each step, and the groups that it adds to. */
  private static final int INTS = STEP / 2;

  private final Int8Matrix weight;
  private final int columns;
  private final float[] scales;

  /** Ints of a row, filled up to whole steps. */
  private final int fours;

  private final int[] activations;
  private final int[] codes;
  private final int[] sums = new int[LANES];
  private final float[] lanes = new float[LANES];

  /** Products with these activations, each group of which has its scale. */
  GroupSums(Int8Matrix weight, short[] row, float[] scales) {
    this.weight = weight;
    this.columns = row.length;
    this.scales = scales;
    this.fours = Math.ceilDiv(columns, 2 * LANES) * STEP;
    this.activations = new int[fours * FOUR];
    for (int i = 0; i < columns; i++) {
      activations[i] = row[i];
    }
    this.codes = new int[ROWS * fours];
  }

  @Override
  public void multiply(int first, int rows, float[] out, int outAt) {
    BlockProduct.read(weight.memory(), weight.rowAt(first), columns, rows, codes, fours);
    for (int row = 0; row < rows; row++) {
      for (int from = 0; from < STEP; from += INTS) {
        sum(codes, row * fours + from, (row + 1) * fours, activations, from * FOUR, sums, 2 * from);
      }
      for (int group = 0; group < LANES; group++) {
        lanes[group] = sums[group] * scales[group];
      }
      out[outAt + row] = weight.rowScale(first + row) * Summation.fold(lanes, 0) + 0;
    }
  }

  /** Sums of eight neighbouring groups, whose ints are four of every eight. */
  private static void sum(int[] codes, int from, int to, int[] x, int xAt, int[] sums, int at) {
    int s0 = 0;
    int s1 = 0;
    int s2 = 0;
    int s3 = 0;
    int s4 = 0;
    int s5 = 0;
    int s6 = 0;
    int s7 = 0;
    int j = xAt;
    for (int i = from; i < to; i += STEP) {
      s0 += first(codes[i], x[j], x[j + 1]);
      s1 += second(codes[i], x[j + 2], x[j + 3]);
      s2 += first(codes[i + 1], x[j + 4], x[j + 5]);
      s3 += second(codes[i + 1], x[j + 6], x[j + 7]);
      s4 += first(codes[i + 2], x[j + 8], x[j + 9]);
      s5 += second(codes[i + 2], x[j + 10], x[j + 11]);
      s6 += first(codes[i + 3], x[j + 12], x[j + 13]);
      s7 += second(codes[i + 3], x[j + 14], x[j + 15]);
      j += 2 * LANES;
    }
    sums[at] = s0;
    sums[at + 1] = s1;
    sums[at + 2] = s2;
    sums[at + 3] = s3;
    sums[at + 4] = s4;
    sums[at + 5] = s5;
    sums[at + 6] = s6;
    sums[at + 7] = s7;
  }

  /** The two lower codes times their activations. */
  private static int first(int four, int x0, int x1) {
    return (byte) four * x0 + (byte) (four >> 8) * x1;
  }

  /** The two upper codes times their activations. */
  private static int second(int four, int x2, int x3) {
    return (byte) (four >> 16) * x2 + (four >> 24) * x3;
  }
}
