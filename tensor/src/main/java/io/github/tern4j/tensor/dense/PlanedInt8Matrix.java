package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;

/**
 * A weight in int8 with one F32 scale for each row, in two planes of 4 bits, so that the largest products are found by reading
 * little more than the first plane: {@code value = scale w}, {@code w + d_c = 16 h + l} with h in [-8, 7] in the high plane, l in
 * [0, 15] in the low plane, and a dither {@code d_c} in [-8, 7] for each column c, drawn uniformly and independently when the
 * planes are built. So w is in [-{@value #LARGEST_CODE}, {@value #LARGEST_CODE}]; it is stored exactly.
 *
 * <p><b>What is random.</b> Whatever w is, {@code l_c = (w + d_c) mod 16} takes each of its 16 values with the same probability,
 * and those of different columns are independent, as long as weight and x do not depend on the dither. So for activations a
 *
 * <p>{@code sum_c w_c a_c = E + sum_c e_c a_c, E = sum_c (16 h_c + 7.5 - d_c) a_c, e_c = l_c - 7.5},
 *
 * <p>where E, the <i>estimate</i>, needs the high plane only, and e_c has mean zero and lies within 7.5 of it.
 *
 * <p><b>What is bounded.</b> The bits of l are independent fair coins, so {@code e = (+-1 +-2 +-4 +-8) / 2} with independent
 * signs, and {@code E[exp(s e)] = cosh(s / 2) cosh(s) cosh(2 s) cosh(4 s) <= exp(s^2 85 / 8)}, since
 * {@code cosh y <= exp(y^2 / 2)} and (1 + 4 + 16 + 64) / 4 / 2 = 85 / 8. By Chernoff, for each row
 *
 * <p>{@code P(sum_c e_c a_c >= r |a|_2) <= exp(-r^2 2 / 85)}; at {@value #FAILURE} that is r = {@link #RADIUS}, 34.3.
 *
 * <p>(Hoeffding's bound knows only that a term lies within 15 a_c: 15 sqrt(ln(1 / p) / 2) = 55.8.) A row whose estimate is so far
 * below the k-th largest product found so far is not among the k largest ones, but for that probability. Products of Gaussian
 * rows have a standard deviation of about 37 |a|_2, so a margin of one of these leaves few rows.
 *
 * <p>Rounding is that of {@link Int8Matrix} but with steps 127 / 120 as wide; activations are rounded to
 * {@value #LARGEST_ACTIVATION} steps on either side of zero with a scale for each {@value NibblePlane#GROUP_COLUMNS} columns.
 */
public final class PlanedInt8Matrix implements IntegerMatrix {

  /** Largest magnitude of a code: with a dither on top it is still below 128. */
  public static final int LARGEST_CODE = 120;

  /** Largest magnitude of a rounded activation. */
  public static final int LARGEST_ACTIVATION = 255;

  /** What a step of the high plane is worth. */
  public static final int HIGH_STEP = 16;

  /** Probability that a row deviates from its estimate by more than the radius. */
  public static final double FAILURE = 1e-12;

  /** How far a row deviates from its estimate at most, but for {@link #FAILURE}, in steps of a code for an |a|_2 of 1. */
  public static final double RADIUS = Math.sqrt(Math.log(1 / FAILURE) * 85 / 2);

  /** Where low numbers lie in the middle. */
  private static final double MIDDLE = 7.5;

  private final int rows;
  private final int columns;
  private final NibblePlane high;
  private final NibblePlane low;
  private final byte[] dither;
  private final float[] scales;

  private PlanedInt8Matrix(int rows, int columns, byte[] dither) {
    this(rows, columns, new NibblePlane(rows, columns), new NibblePlane(rows, columns), dither, new float[rows]);
  }

  private PlanedInt8Matrix(int rows, int columns, NibblePlane high, NibblePlane low, byte[] dither, float[] scales) {
    this.rows = rows;
    this.columns = columns;
    this.high = high;
    this.low = low;
    this.dither = dither;
    this.scales = scales;
  }

  /**
   * A view of planes, which it shares.
   *
   * @param shape {@code [out, in]}
   * @param high what the memory of {@link #high} was
   * @param low what the memory of {@link #low} was
   * @param dither {@link #dither} of all columns
   * @param scales one for each row
   * @throws IllegalArgumentException when sizes do not fit, or a dither is none
   */
  public PlanedInt8Matrix(Shape shape, MemorySegment high, MemorySegment low, byte[] dither, float[] scales) {
    this(shape.dim(0), shape.dim(1), new NibblePlane(shape.dim(0), shape.dim(1), high),
        new NibblePlane(shape.dim(0), shape.dim(1), low), dither, scales);
    if (dither.length != columns || scales.length != rows) {
      throw new IllegalArgumentException("planed int8 matrix " + shape + ": " + dither.length + " dithers and " + scales.length
          + " scales; expected one for each column and one for each row");
    }
    for (byte shift : dither) {
      if (shift < -HIGH_STEP / 2 || shift >= HIGH_STEP / 2) {
        throw new IllegalArgumentException("planed int8 matrix: dither " + shift + "; expected " + -HIGH_STEP / 2 + " to "
            + (HIGH_STEP / 2 - 1));
      }
    }
  }

  /**
   * Rounds a weight: {@code scale = max|w| / 120} over a row, {@code code = rint(w / scale)}, ties to even; rows of zeros have
   * scale 0.
   *
   * @param rng of the dither
   * @throws IllegalArgumentException when a value is infinite or NaN
   */
  public static PlanedInt8Matrix quantize(DenseMatrix weight, Rng rng) {
    int columns = weight.columns();
    byte[] dither = new byte[columns];
    for (int column = 0; column < columns; column++) {
      dither[column] = (byte) (rng.below(column, HIGH_STEP) - HIGH_STEP / 2);
    }
    PlanedInt8Matrix matrix = new PlanedInt8Matrix(weight.rows(), columns, dither);
    float[] values = new float[columns];
    byte[] codes = new byte[columns];
    for (int row = 0; row < matrix.rows; row++) {
      weight.widen(row, values, 0);
      matrix.scales[row] = Int8Rounding.round(values, LARGEST_CODE, codes);
      if (!Float.isFinite(matrix.scales[row])) {
        throw new IllegalArgumentException("planed int8 matrix: row " + row
            + " has an infinite value or NaN; expected finite weights");
      }
      for (int column = 0; column < columns; column++) {
        int dithered = codes[column] + dither[column];
        matrix.high.set(row, column, Math.floorDiv(dithered, HIGH_STEP) + NibblePlane.ZERO);
        matrix.low.set(row, column, Math.floorMod(dithered, HIGH_STEP));
      }
    }
    return matrix;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public int code(int row, int column) {
    return HIGH_STEP * (high.get(row, column) - NibblePlane.ZERO) + low.get(row, column) - dither[column];
  }

  @Override
  public float rowScale(int row) {
    return scales[row];
  }

  @Override
  public float groupScale(int row, int group) {
    return 1;
  }

  @Override
  public int groups() {
    return NibblePlane.blocks(columns) * Summation.LANES;
  }

  @Override
  public int group(int column) {
    return column / NibblePlane.GROUP_COLUMNS;
  }

  @Override
  public int largestActivation() {
    return LARGEST_ACTIVATION;
  }

  /** The high plane. */
  public NibblePlane high() {
    return high;
  }

  /** The low plane. */
  public NibblePlane low() {
    return low;
  }

  /** What is added to the codes of a column before they are cut into planes, in [-8, 7]. */
  public int dither(int column) {
    return dither[column];
  }

  /** What planes read as numbers around zero lack in a column: {@code w = 16 h + (l - 8) + shift}. */
  public int shift(int column) {
    return NibblePlane.ZERO - dither[column];
  }

  /** The part of an estimate that does not depend on the row: {@code E = sum_c (16 h_c + estimateShift_c) a_c}. */
  public double estimateShift(int column) {
    return MIDDLE - dither[column];
  }

  @Override
  public PlanedInt8Matrix select(int[] ids) {
    PlanedInt8Matrix selected = new PlanedInt8Matrix(ids.length, columns, dither);
    for (int i = 0; i < ids.length; i++) {
      selected.high.copyRow(high, ids[i], i);
      selected.low.copyRow(low, ids[i], i);
      selected.scales[i] = scales[ids[i]];
    }
    return selected;
  }

  @Override
  public long byteSize() {
    return high.memory().byteSize() + low.memory().byteSize() + (long) Float.BYTES * rows;
  }
}
