package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A weight in 4 bits with a BF16 scale for each group of {@value #GROUP_COLUMNS} neighbouring columns, 4.5 bits in all:
 * {@code value = groupScale code}, code in [{@value #SMALLEST_CODE}, {@value #LARGEST_CODE}]; a scale may be negative. Products
 * are exact in F32.
 *
 * <p>Layout: panels of {@value #PANEL_ROWS} rows; in a panel, blocks of {@value #BLOCK_COLUMNS} columns; in a block, its rows,
 * {@value #BLOCK_BYTES} bytes each, so that activations of a block can stay in registers while the panel is read as one stream.
 * A word belongs to one group, so that its sums need no exchange of lanes: four bits from {@code 4 j} on of word l of the k-th 16
 * words hold {@code code + 8} of column {@code 32 l + 8 k + j} of the block. Scales lie in the same order in memory of their own.
 * Rows and columns that fill up the last panel and block have code 0; so rows of fewer columns than a block take the memory of a
 * whole one.
 *
 * <p>A rounded activation has {@value #LARGEST_ACTIVATION} steps on either side of zero: 16 products with codes fit a short.
 * Relative L2 error of products for Gaussian weights and activations: 0.083 from the weights, 2.7e-3 from the activations.
 */
public final class Int4Matrix implements IntegerMatrix {

  /** Columns of a group. */
  public static final int GROUP_COLUMNS = 32;

  /** Columns of a block: a group for each lane. */
  public static final int BLOCK_COLUMNS = GROUP_COLUMNS * Summation.LANES;

  /** Rows of a panel. */
  public static final int PANEL_ROWS = 16;

  /** Bytes of the codes of a row in a block. */
  public static final int BLOCK_BYTES = BLOCK_COLUMNS / 2;

  /** Largest magnitude of a rounded activation. */
  public static final int LARGEST_ACTIVATION = 255;

  /** Smallest code. */
  public static final int SMALLEST_CODE = -8;

  /** Largest code. */
  public static final int LARGEST_CODE = 7;

  private static final int WORD_COLUMNS = 8;
  private static final int VECTOR_BYTES = Summation.LANES * Integer.BYTES;

  private static final int BLOCK_SCALE_BYTES = Summation.LANES * Short.BYTES;

  /** Two codes 0. */
  private static final byte ZERO_CODES = (byte) 0x88;

  private static final ValueLayout.OfShort SCALE = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int rows;
  private final int columns;
  private final MemorySegment codes;
  private final MemorySegment scales;

  private Int4Matrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    long rowBlocks = (long) Math.ceilDiv(rows, PANEL_ROWS) * PANEL_ROWS * blocks();
    this.codes = Arena.ofAuto().allocate(rowBlocks * BLOCK_BYTES, VECTOR_BYTES).fill(ZERO_CODES);
    this.scales = Arena.ofAuto().allocate(rowBlocks * BLOCK_SCALE_BYTES, VECTOR_BYTES);
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
      for (int group = 0; group < Math.ceilDiv(columns, GROUP_COLUMNS); group++) {
        matrix.quantizeGroup(row, group, values);
      }
    }
    return matrix;
  }

  private void quantizeGroup(int row, int group, float[] values) {
    int from = group * GROUP_COLUMNS;
    int to = Math.min(columns, from + GROUP_COLUMNS);
    float scale = Int4Rounding.scale(values, from, to);
    if (!Float.isFinite(scale)) {
      throw new IllegalArgumentException("int4 matrix: row " + row + " has an infinite value or NaN; expected finite weights");
    }
    scales.set(SCALE, scaleAt(row, group), (short) (Float.floatToRawIntBits(scale) >>> Short.SIZE));
    for (int column = from; column < to; column++) {
      int code = Int4Rounding.code(values[column], scale) - SMALLEST_CODE;
      long at = byteAt(row, column);
      int shift = shift(column);
      int others = codes.get(ValueLayout.JAVA_BYTE, at) & 0xF0 >>> shift;
      codes.set(ValueLayout.JAVA_BYTE, at, (byte) (others | code << shift));
    }
  }

  private long byteAt(int row, int column) {
    int inGroup = column % GROUP_COLUMNS;
    return rowBlock(row, column / BLOCK_COLUMNS) * BLOCK_BYTES + inGroup / WORD_COLUMNS * VECTOR_BYTES
        + column % BLOCK_COLUMNS / GROUP_COLUMNS * Integer.BYTES + column % WORD_COLUMNS / 2;
  }

  private long scaleAt(int row, int group) {
    return rowBlock(row, group / Summation.LANES) * BLOCK_SCALE_BYTES + group % Summation.LANES * Short.BYTES;
  }

  /** The place of a row in a block among all rows in blocks. */
  private long rowBlock(int row, int block) {
    return ((long) (row / PANEL_ROWS) * blocks() + block) * PANEL_ROWS + row % PANEL_ROWS;
  }

  private static int shift(int column) {
    return 4 * (column % 2);
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
    return (codes.get(ValueLayout.JAVA_BYTE, byteAt(row, column)) >>> shift(column) & 0xF) + SMALLEST_CODE;
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
    return blocks() * Summation.LANES;
  }

  @Override
  public int group(int column) {
    return column / GROUP_COLUMNS;
  }

  @Override
  public int largestActivation() {
    return LARGEST_ACTIVATION;
  }

  /** Blocks of a row. */
  public int blocks() {
    return Math.ceilDiv(columns, BLOCK_COLUMNS);
  }

  /** The native memory with the codes. */
  public MemorySegment memory() {
    return codes;
  }

  /** Where the codes of a panel begin in a block. */
  public long blockAt(int panel, int block) {
    return rowBlock(panel * PANEL_ROWS, block) * BLOCK_BYTES;
  }

  /** The native memory with the BF16 scales. */
  public MemorySegment scales() {
    return scales;
  }

  /** Where the scales of a panel begin in a block. */
  public long blockScalesAt(int panel, int block) {
    return rowBlock(panel * PANEL_ROWS, block) * BLOCK_SCALE_BYTES;
  }

  @Override
  public Int4Matrix select(int[] ids) {
    Int4Matrix selected = new Int4Matrix(ids.length, columns);
    for (int i = 0; i < ids.length; i++) {
      for (int block = 0; block < blocks(); block++) {
        long from = rowBlock(ids[i], block);
        long to = selected.rowBlock(i, block);
        MemorySegment.copy(codes, from * BLOCK_BYTES, selected.codes, to * BLOCK_BYTES, BLOCK_BYTES);
        MemorySegment.copy(scales, from * BLOCK_SCALE_BYTES, selected.scales, to * BLOCK_SCALE_BYTES, BLOCK_SCALE_BYTES);
      }
    }
    return selected;
  }

  @Override
  public long byteSize() {
    return codes.byteSize() + scales.byteSize();
  }
}
