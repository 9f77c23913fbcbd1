package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/**
 * A weight of small integers with scales: {@code value(r, c) = rowScale(r) groupScale(r, g) code(r, c)}, g being the group of
 * column c. There are {@link Summation#LANES} groups in a block of columns; group g belongs to block {@code g / LANES} and to
 * lane {@code g mod LANES}.
 *
 * <p>Products multiply integers: a row of x is {@linkplain #roundActivations rounded} to integers with a scale for each group,
 * so that sums over groups are exact, in any order.
 */
public sealed interface IntegerMatrix extends DenseMatrix permits Int4Matrix, Int8Matrix, PlanedInt8Matrix {

  /** The integer that stands for a weight. */
  int code(int row, int column);

  /** The factor of a whole row; 1 where the format has none. */
  float rowScale(int row);

  /** The factor of a group of columns in a row; 1 where the format has none. */
  float groupScale(int row, int group);

  /** Groups of a row: a multiple of {@link Summation#LANES}, some of them without columns perhaps. */
  int groups();

  /** The group of a column. */
  int group(int column);

  /** Largest magnitude L of a rounded activation. */
  int largestActivation();

  @Override
  IntegerMatrix select(int[] ids);

  /** As in other formats; a zero has no sign. */
  @Override
  default void widen(int row, float[] out, int at) {
    float rowScale = rowScale(row);
    for (int column = 0; column < columns(); column++) {
      out[at + column] = code(row, column) * groupScale(row, group(column)) * rowScale + 0;
    }
  }

  /**
   * Rounds a row of x: {@code scale = m / L} with m the largest magnitude of a group, {@code code = rint(x (L / m))}, ties to
   * even; a group of zeros has scale 0. An infinity or NaN makes the scale of its group so, and codes 0. The error of an
   * activation is at most half its scale, up to rounding.
   *
   * @param x the row begins at {@code at}
   * @param codes overwritten, in the order of columns
   * @param scales of all groups, overwritten from {@code scalesAt} on
   */
  default void roundActivations(float[] x, int at, short[] codes, float[] scales, int scalesAt) {
    int largest = largestActivation();
    Arrays.fill(scales, scalesAt, scalesAt + groups(), 0);
    for (int column = 0; column < columns(); column++) {
      int group = scalesAt + group(column);
      scales[group] = Math.max(scales[group], Math.abs(x[at + column]));
    }
    for (int column = 0; column < columns(); column++) {
      float magnitude = scales[scalesAt + group(column)];
      float factor = magnitude == 0 ? 0 : largest / magnitude;
      // The factor of a subnormal magnitude can be infinite.
      codes[column] = (short) Math.clamp(Math.rint(x[at + column] * factor), -largest, largest);
    }
    for (int group = scalesAt; group < scalesAt + groups(); group++) {
      scales[group] /= largest;
    }
  }
}
