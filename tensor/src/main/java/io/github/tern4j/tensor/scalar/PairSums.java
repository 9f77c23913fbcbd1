package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/**
 * Products of BF16 rows with activations. Two elements are read as an int, whose lower half is the first of them; pair i
 * belongs to lane {@code i mod 16}. Eight sums stay in registers.
 */
final class PairSums implements BlockProduct {


  /** Lanes that a loop adds to. */
  private static final int SUMS = 8;

  /** The bits of the second element of a pair. */
  private static final int SECOND = 0xFFFF0000;

  private final FloatMatrix weight;
  private final int columns;

  /** Pairs of a row, filled up to all lanes. */
  private final int pairs;

  private final float[] activations;
  private final int[] weights;
  private final float[] lanes = new float[LANES];

  /** Products of a BF16 matrix with the activations {@code x[at]} and behind. */
  PairSums(FloatMatrix weight, float[] x, int at) {
    this.weight = weight;
    this.columns = weight.columns();
    this.pairs = Math.ceilDiv(columns, 2 * LANES) * LANES;
    this.activations = Arrays.copyOf(Arrays.copyOfRange(x, at, at + columns), 2 * pairs);
    this.weights = new int[ROWS * pairs];
  }

  @Override
  public void multiply(int first, int rows, float[] out, int outAt) {
    BlockProduct.read(weight.memory(), weight.rowAt(first), columns * Short.BYTES, rows, weights, pairs);
    for (int row = 0; row < rows; row++) {
      for (int lane = 0; lane < LANES; lane += SUMS) {
        sum(weights, row * pairs + lane, (row + 1) * pairs, activations, 2 * lane, lanes, lane);
      }
      out[outAt + row] = Summation.fold(lanes, 0) + 0;
    }
  }

  /** Sums of eight neighbouring lanes; the pairs of a lane are 16 apart. */
  private static void sum(int[] weights, int from, int to, float[] x, int xAt, float[] sums, int at) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int j = xAt;
    for (int i = from; i < to; i += LANES) {
      s0 = add(weights[i], x[j], x[j + 1], s0);
      s1 = add(weights[i + 1], x[j + 2], x[j + 3], s1);
      s2 = add(weights[i + 2], x[j + 4], x[j + 5], s2);
      s3 = add(weights[i + 3], x[j + 6], x[j + 7], s3);
      s4 = add(weights[i + 4], x[j + 8], x[j + 9], s4);
      s5 = add(weights[i + 5], x[j + 10], x[j + 11], s5);
      s6 = add(weights[i + 6], x[j + 12], x[j + 13], s6);
      s7 = add(weights[i + 7], x[j + 14], x[j + 15], s7);
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

  private static float add(int pair, float first, float second, float sum) {
    return Math.fma(second, Float.intBitsToFloat(pair & SECOND),
        Math.fma(first, Float.intBitsToFloat(pair << Short.SIZE), sum));
  }
}
