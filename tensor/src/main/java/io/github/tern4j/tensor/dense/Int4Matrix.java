package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A weight in 4 bits with a BF16 scale for each group of {@value NibblePlane#GROUP_COLUMNS} neighbouring columns, 4.5 bits in all:
 * {@code value = groupScale code}, code in [{@value #SMALLEST_CODE}, {@value #LARGEST_CODE}]; a scale may be negative. Products
 * are exact in F32. A {@link NibblePlane} holds {@code code + 8}; scales lie in the same order, {@value Summation#LANES} for a row
 * in a block.
 *
 * <p>A rounded activation has {@value #LARGEST_ACTIVATION} steps on either side of zero: 16 products with codes fit a short.
 * Relative L2 error of products for Gaussian weights and activations: 0.083 from the weights, 2.7e-3 from the activations.
 */
public final class Int4Matrix implements IntegerMatrix {

  /** Largest magnitude of a rounded activation. */
  public static final int LARGEST_ACTIVATION = 255;

  /** Smallest code. */
  public static final int SMALLEST_CODE = -NibblePlane.ZERO;

  /** Largest code. */
  public static final int LARGEST_CODE = 7;

  private static final int BLOCK_SCALE_BYTES = Summation.LANES * Short.BYTES;
  private static final ValueLayout.OfShort SCALE = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong FOUR_SCALES = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** In each of four BF16: the exponent, all ones in infinities and NaNs, its lowest bit, and the bit behind it. */
  private static final long EXPONENTS = 0x7F80_7F80_7F80_7F80L;

  private static final long EXPONENT_ONES = 0x0080_0080_0080_0080L;
  private static final long CARRIES = 0x8000_8000_8000_8000L;

  private final int rows;
  private final int columns;
  private final NibblePlane codes;
  private final MemorySegment scales;

  private Int4Matrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    this.codes = new NibblePlane(rows, columns);
    this.scales = Arena.ofAuto().allocate(scaleBytes(rows, columns), BLOCK_SCALE_BYTES);
  }

  /**
   * A view of codes and scales, which it shares.
   *
   * @param shape {@code [out, in]}
   * @param codes what the memory of {@link #codes} was
   * @param scales what {@link #scales} was
   * @throws IllegalArgumentException when sizes do not fit, or a scale is infinite or NaN
   */
  public Int4Matrix(Shape shape, MemorySegment codes, MemorySegment scales) {
    this.rows = shape.dim(0);
    this.columns = shape.dim(1);
    this.codes = new NibblePlane(rows, columns, codes);
    if (!scales.isNative() || scales.byteSize() != scaleBytes(rows, columns)) {
      throw new IllegalArgumentException("int4 matrix " + shape + ": " + scales.byteSize() + " bytes of scales; expected "
          + scaleBytes(rows, columns) + " of native memory");
    }
    this.scales = scales;
    requireFinite();
  }

  /** Four scales at a time: adding one to an exponent of all ones carries into the bit behind it. */
  private void requireFinite() {
    for (long at = 0; at < scales.byteSize(); at += Long.BYTES) {
      if (((scales.get(FOUR_SCALES, at) & EXPONENTS) + EXPONENT_ONES & CARRIES) != 0) {
        throw new IllegalArgumentException(
            "int4 matrix: a scale near byte " + at + " is infinite or NaN; expected finite scales");
      }
    }
  }

  /** Bytes of the scales of a matrix. */
  public static long scaleBytes(int rows, int columns) {
    return NibblePlane.byteSize(rows, columns) / NibblePlane.BLOCK_BYTES * BLOCK_SCALE_BYTES;
  }

  /**
   * Rounds a weight. For a group with values v and m the one of largest magnitude, {@code scale = bf16(-m / d)},
   * {@code code = clip(rint(v / scale), -8, 7)}, ties to even, with the divisor d of 7.5, 8, 8.5 that has the smallest
   * {@code sum (v - scale code)^2}, the first of equals. The sign gives m the code -8.
   *
   * @throws IllegalArgumentException when a value is infinite or NaN
   */
  public static Int4Matrix quantize(DenseMatrix weight) {
    int columns = weight.columns();
    Int4Matrix matrix = new Int4Matrix(weight.rows(), columns);
    float[] values = new float[columns];
    for (int row = 0; row < matrix.rows; row++) {
      weight.widen(row, values, 0);
      for (int group = 0; group < Math.ceilDiv(columns, NibblePlane.GROUP_COLUMNS); group++) {
        matrix.quantizeGroup(row, group, values);
      }
    }
    return matrix;
  }

  private void quantizeGroup(int row, int group, float[] values) {
    int from = group * NibblePlane.GROUP_COLUMNS;
    int to = Math.min(columns, from + NibblePlane.GROUP_COLUMNS);
    float scale = Int4Rounding.scale(values, from, to);
    if (!Float.isFinite(scale)) {
      throw new IllegalArgumentException("int4 matrix: row " + row + " has an infinite value or NaN; expected finite weights");
    }
    scales.set(SCALE, scaleAt(row, group), (short) (Float.floatToRawIntBits(scale) >>> Short.SIZE));
    for (int column = from; column < to; column++) {
      codes.set(row, column, Int4Rounding.code(values[column], scale) - SMALLEST_CODE);
    }
  }

  private long scaleAt(int row, int group) {
    return scalesAt(row, group / Summation.LANES) + group % Summation.LANES * Short.BYTES;
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
    return codes.get(row, column) + SMALLEST_CODE;
  }

  @Override
  public float rowScale(int row) {
    return 1;
  }

  @Override
  public float groupScale(int row, int group) {
    return Float.intBitsToFloat(scales.get(SCALE, scaleAt(row, group)) << Short.SIZE);
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

  /** The codes, each plus 8. */
  public NibblePlane codes() {
    return codes;
  }

  /** The native memory with the BF16 scales. */
  public MemorySegment scales() {
    return scales;
  }

  /** Where the scales of a row begin in a block; those of the other rows of its panel follow. */
  public long scalesAt(int row, int block) {
    return NibblePlane.rowBlock(NibblePlane.blocks(columns), row, block) * BLOCK_SCALE_BYTES;
  }

  @Override
  public Int4Matrix select(int[] ids) {
    Int4Matrix selected = new Int4Matrix(ids.length, columns);
    for (int i = 0; i < ids.length; i++) {
      selected.codes.copyRow(codes, ids[i], i);
      for (int block = 0; block < NibblePlane.blocks(columns); block++) {
        MemorySegment.copy(scales, scalesAt(ids[i], block), selected.scales, selected.scalesAt(i, block), BLOCK_SCALE_BYTES);
      }
    }
    return selected;
  }

  @Override
  public long byteSize() {
    return codes.memory().byteSize() + scales.byteSize();
  }
}
