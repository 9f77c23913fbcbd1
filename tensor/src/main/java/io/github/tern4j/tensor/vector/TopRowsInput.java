package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/** A row of x, rounded for {@link VectorTopRows}, in memory that the next row uses again. */
final class TopRowsInput {

  /**
   * What float rounding may add to the radius, in steps of a code for an |a|_2 of 1: a sum of n columns is rounded fewer than 64
   * times by 2^-24 of at most {@code 128 sqrt(n) |a|_2}, the radius itself included; below 1 for any n below 2^22.
   */
  private static final double ROUNDING = 1;

  private final float[] shifts = new float[Summation.LANES];
  private short[] codes = new short[0];
  private short[] arranged = new short[0];
  private float[] scales = new float[0];
  private float[] highScales = new float[0];
  private float radius;

  /** Rounds another row. */
  void round(PlanedInt8Matrix weight, PlanedRows leaf, Tensor x) {
    reserve(weight.columns(), leaf.arrangedLength(weight), weight.groups());
    weight.roundActivations(x.array(), x.arrayOffset(), codes, scales, 0);
    leaf.arrange(weight, codes, arranged, 0);
    for (int group = 0; group < weight.groups(); group++) {
      highScales[group] = PlanedInt8Matrix.HIGH_STEP * scales[group];
    }
    Arrays.fill(shifts, 0);
    double squares = 0;
    for (int column = 0; column < weight.columns(); column++) {
      int group = weight.group(column);
      double activation = (double) codes[column] * scales[group];
      shifts[group % Summation.LANES] += (float) (weight.estimateShift(column) * activation);
      squares += activation * activation;
    }
    radius = (float) ((PlanedInt8Matrix.RADIUS + ROUNDING) * Math.sqrt(squares));
  }

  private void reserve(int columns, int arrangedLength, int groups) {
    if (codes.length < columns) {
      codes = new short[columns];
    }
    if (arranged.length < arrangedLength) {
      arranged = new short[arrangedLength];
    }
    if (scales.length < groups) {
      scales = new float[groups];
      highScales = new float[groups];
    }
  }

  /** The codes in the order in which products read them. */
  short[] arranged() {
    return arranged;
  }

  /** Scales of the groups. */
  float[] scales() {
    return scales;
  }

  /** The same times what a step of the high plane is worth. */
  float[] highScales() {
    return highScales;
  }

  /** Where the lanes of an estimate start. */
  float[] shifts() {
    return shifts;
  }

  /** How far a product may lie above its estimate, for a row of scale 1. */
  float radius() {
    return radius;
  }
}
