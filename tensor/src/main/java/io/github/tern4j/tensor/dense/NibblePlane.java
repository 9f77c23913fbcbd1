package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Numbers of 4 bits, {@code [rows, columns]}, in native memory in the order in which products read them: panels of
 * {@value #PANEL_ROWS} rows; in a panel, blocks of {@value #BLOCK_COLUMNS} columns; in a block, its rows,
 * {@value #BLOCK_BYTES} bytes each, so that activations of a block can stay in registers while the panel is read as one stream.
 *
 * <p>A word of 32 bits belongs to one group of {@value #GROUP_COLUMNS} neighbouring columns, so that its sums need no exchange of
 * lanes: four bits from {@code 4 j} on of word l of the k-th 16 words of a row in a block hold column {@code 32 l + 8 k + j} of
 * the block. Rows and columns that fill up the last panel and block hold {@value #ZERO}, which stands for zero; so rows of fewer
 * columns than a block take the memory of a whole one.
 */
public final class NibblePlane {

  /** The number that stands for zero. */
  public static final int ZERO = 8;

  /** Columns of a group. */
  public static final int GROUP_COLUMNS = 32;

  /** Columns of a block: a group for each lane. */
  public static final int BLOCK_COLUMNS = GROUP_COLUMNS * Summation.LANES;

  /** Rows of a panel. */
  public static final int PANEL_ROWS = 16;

  /** Bytes of a row in a block. */
  public static final int BLOCK_BYTES = BLOCK_COLUMNS / 2;

  private static final int WORD_COLUMNS = 8;
  private static final int VECTOR_BYTES = Summation.LANES * Integer.BYTES;
  private static final int BITS = 4;
  private static final int MASK = (1 << BITS) - 1;

  private final int blocks;
  private final MemorySegment memory;

  /** A plane of zeros. */
  NibblePlane(int rows, int columns) {
    this(rows, columns, WeightMemory.allocate(byteSize(rows, columns)));
    memory.fill((byte) (ZERO << BITS | ZERO));
  }

  /**
   * A view of numbers in native memory, which it shares. All bits are numbers.
   *
   * @throws IllegalArgumentException when the memory has another size
   */
  NibblePlane(int rows, int columns, MemorySegment memory) {
    if (!memory.isNative() || memory.byteSize() != byteSize(rows, columns)) {
      throw new IllegalArgumentException("nibble plane [" + rows + ", " + columns + "]: " + memory.byteSize()
          + " bytes; expected " + byteSize(rows, columns) + " of native memory");
    }
    this.blocks = blocks(columns);
    this.memory = memory;
  }

  /** Bytes of a plane. */
  public static long byteSize(int rows, int columns) {
    return (long) Math.ceilDiv(rows, PANEL_ROWS) * PANEL_ROWS * blocks(columns) * BLOCK_BYTES;
  }

  /** Blocks of a row. */
  static int blocks(int columns) {
    return Math.ceilDiv(columns, BLOCK_COLUMNS);
  }

  /** The place of a row in a block among all rows in blocks of a matrix. */
  static long rowBlock(int blocks, int row, int block) {
    return ((long) (row / PANEL_ROWS) * blocks + block) * PANEL_ROWS + row % PANEL_ROWS;
  }

  private long byteAt(int row, int column) {
    return rowAt(row, column / BLOCK_COLUMNS) + column % GROUP_COLUMNS / WORD_COLUMNS * VECTOR_BYTES
        + column % BLOCK_COLUMNS / GROUP_COLUMNS * Integer.BYTES + column % WORD_COLUMNS / 2;
  }

  private static int shift(int column) {
    return BITS * (column % 2);
  }

  /** A number, 0 to 15. */
  int get(int row, int column) {
    return memory.get(ValueLayout.JAVA_BYTE, byteAt(row, column)) >>> shift(column) & MASK;
  }

  /** Stores a number, 0 to 15. */
  void set(int row, int column, int value) {
    long at = byteAt(row, column);
    int others = memory.get(ValueLayout.JAVA_BYTE, at) & ~(MASK << shift(column));
    memory.set(ValueLayout.JAVA_BYTE, at, (byte) (others | value << shift(column)));
  }

  /** Copies a row of a plane of as many columns. */
  void copyRow(NibblePlane from, int fromRow, int row) {
    for (int block = 0; block < blocks; block++) {
      MemorySegment.copy(from.memory, from.rowAt(fromRow, block), memory, rowAt(row, block), BLOCK_BYTES);
    }
  }

  /** The native memory. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where a row begins in a block; the other rows of its panel follow. */
  public long rowAt(int row, int block) {
    return rowBlock(blocks, row, block) * BLOCK_BYTES;
  }
}
