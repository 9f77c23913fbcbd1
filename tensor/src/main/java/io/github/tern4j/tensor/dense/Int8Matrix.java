package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A weight as signed bytes with one F32 scale for each row: {@code value = code scale}. Rows are contiguous and follow each other
 * without gaps.
 *
 * <p>The group of column c is {@code (c mod 32) / 2}: neighbours in a vector of shorts, all along the row. A rounded activation
 * has {@value #LARGEST_ACTIVATION} steps on either side of zero, the most whose products with any byte fit a short. Relative L2
 * error of products for rows of 1,024 Gaussian weights and activations: 7.7e-3 from the weights, whose largest magnitude is about
 * 3.4 standard deviations, 3.0e-3 from the activations, with 2.6 in groups of 64; so 8.3e-3 together.
 */
public final class Int8Matrix implements IntegerMatrix {

  /** Largest magnitude of a code. */
  public static final int LARGEST_CODE = 127;

  /** Largest magnitude of a rounded activation. */
  public static final int LARGEST_ACTIVATION = 255;

  /** Neighbouring columns of a group. */
  private static final int GROUP_RUN = 2;

  private final int rows;
  private final int columns;
  private final MemorySegment codes;
  private final float[] scales;

  /**
   * A view of codes and scales, which it shares.
   *
   * @param shape {@code [out, in]}
   * @param codes {@code out * in} bytes of native memory
   * @param scales one for each row
   * @throws IllegalArgumentException when sizes do not fit
   */
  public Int8Matrix(Shape shape, MemorySegment codes, float[] scales) {
    if (shape.rank() != 2 || !codes.isNative() || codes.byteSize() != shape.size() || scales.length != shape.dim(0)) {
      throw new IllegalArgumentException("int8 matrix " + shape + ": " + codes.byteSize() + " bytes and " + scales.length
          + " scales; expected [out, in], as many bytes of native memory and one scale for each row");
    }
    this.rows = shape.dim(0);
    this.columns = shape.dim(1);
    this.codes = codes;
    this.scales = scales;
  }

  /**
   * Rounds a weight: {@code scale = max|w| / 127} over a row, {@code code = rint(w / scale)}, ties to even; rows of zeros have
   * scale 0.
   *
   * @throws IllegalArgumentException when a value is infinite or NaN
   */
  public static Int8Matrix quantize(DenseMatrix weight) {
    int columns = weight.columns();
    MemorySegment codes = WeightMemory.allocate((long) weight.rows() * columns);
    float[] scales = new float[weight.rows()];
    float[] values = new float[columns];
    byte[] rounded = new byte[columns];
    for (int row = 0; row < scales.length; row++) {
      weight.widen(row, values, 0);
      scales[row] = Int8Rounding.round(values, LARGEST_CODE, rounded);
      if (!Float.isFinite(scales[row])) {
        throw new IllegalArgumentException("int8 matrix: row " + row + " has an infinite value or NaN; expected finite weights");
      }
      MemorySegment.copy(rounded, 0, codes, ValueLayout.JAVA_BYTE, (long) row * columns, columns);
    }
    return new Int8Matrix(Shape.of(weight.rows(), columns), codes, scales);
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
    return codes.get(ValueLayout.JAVA_BYTE, rowAt(row) + column);
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
    return Summation.LANES;
  }

  @Override
  public int group(int column) {
    return column / GROUP_RUN % Summation.LANES;
  }

  @Override
  public int largestActivation() {
    return LARGEST_ACTIVATION;
  }

  /** The native memory with the codes. */
  public MemorySegment memory() {
    return codes;
  }

  /** Where the codes of a row begin. */
  public long rowAt(int row) {
    return (long) row * columns;
  }

  @Override
  public Int8Matrix select(int[] ids) {
    float[] selected = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      selected[i] = scales[ids[i]];
    }
    return new Int8Matrix(Shape.of(ids.length, columns), RowCopy.of(codes, 0, columns, ids), selected);
  }

  @Override
  public long byteSize() {
    return codes.byteSize() + (long) Float.BYTES * scales.length;
  }
}
