package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Ternary codes as indices into tables of sums: three weights have 27 sums with their activations, which fit the 32 shorts of a
 * 512-bit vector, so that one permutation looks up three columns of 32 rows.
 *
 * <p>A word is a little-endian short of one row and nine columns: three indices of 5 bits, index j = t0 + 3 t1 + 9 t2 with
 * t = code + 1 of columns 3j, 3j + 1, 3j + 2; so 1.78 bits a weight. Rows lie in panels of {@value #PANEL_ROWS}, which are two
 * blocks of 32 words side by side; word 2i of a block belongs to its row i, word 2i + 1 to its row 16 + i, since a vector of
 * shorts widens into its even and its odd lanes. Words never cross groups of columns: a group begins with a new word. Order in
 * memory: groups; in a group, segments of {@value #SEGMENT_WORDS} words (the last one may have fewer); in a segment, panels; in
 * a panel, words; so what is read together is one stream. Rows and columns that fill up the last panel and word have code 0.
 */
public final class TernaryWords {

  /** Rows of a panel. */
  public static final int PANEL_ROWS = 64;

  /** Columns of a word. */
  public static final int WORD_COLUMNS = 9;

  /** Tables that a word looks up. */
  public static final int WORD_TABLES = 3;

  /** Words of a segment: 171 tables of 64 bytes stay in a first-level cache, and 57 sums of at most 384 in a short. */
  public static final int SEGMENT_WORDS = 57;

  /** Bytes of one word of all rows of a panel. */
  public static final int WORD_BYTES = PANEL_ROWS * Short.BYTES;

  /** How a word lies in memory. */
  public static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int BLOCK_ROWS = PANEL_ROWS / 2;

  /** What the columns of an index count in it. */
  private static final int[] PLACES = {1, 3, 9};

  private static final int INDEX_BITS = 5;
  private static final int VECTOR_BYTES = 64;

  /** The word of nine columns with code 0. */
  public static final int ZERO_WORD = zeroWord();

  /** Code 0 in nine columns of {@link PackedTernary}. */
  private static final int ZERO_CODES = 0b01_01_01_01_01_01_01_01_01;

  /** The index of three columns from their six bits in {@link PackedTernary}. */
  private static final byte[] INDEX = new byte[1 << 6];

  static {
    for (int bits = 0; bits < INDEX.length; bits++) {
      INDEX[bits] = (byte) ((bits & 3) + 3 * (bits >> 2 & 3) + 9 * (bits >> 4));
    }
  }

  private static int zeroWord() {
    int word = 0;
    for (int column = 0; column < WORD_COLUMNS; column++) {
      word += place(column);
    }
    return word;
  }

  private final int rows;
  private final int columns;
  private final int groupSize;
  private final MemorySegment words;

  private TernaryWords(int rows, int columns, int groupSize, MemorySegment words) {
    this.rows = rows;
    this.columns = columns;
    this.groupSize = groupSize;
    this.words = words;
  }

  /** The words of a packed matrix, in memory of their own, filled panel by panel. */
  public static TernaryWords of(PackedTernary packed, Workers workers) {
    long bytes = byteSize(packed.rows(), packed.columns(), packed.groupSize());
    TernaryWords words = new TernaryWords(packed.rows(), packed.columns(), packed.groupSize(),
        Arena.ofAuto().allocate(bytes, VECTOR_BYTES));
    workers.run(words.panels(), panel -> words.fill(packed, panel));
    return words;
  }

  /**
   * Words in memory of the caller, who fills it.
   *
   * @param memory {@link #byteSize} bytes of native memory
   * @param groupSize columns of a group, or 0 for one scale per tensor
   */
  public static TernaryWords in(MemorySegment memory, int rows, int columns, int groupSize) {
    return new TernaryWords(rows, columns, groupSize, memory);
  }

  /** Bytes of the words of a matrix. */
  public static long byteSize(int rows, int columns, int groupSize) {
    TernaryWords words = new TernaryWords(rows, columns, groupSize, MemorySegment.NULL);
    return words.groups() == 0 ? 0 : words.offset(words.groups() - 1, words.words(words.groups() - 1), 0);
  }

  /** What a word changes by where the code of its column {@code column} grows by 1. */
  public static int place(int column) {
    return PLACES[column % PLACES.length] << column / PLACES.length * INDEX_BITS;
  }

  /** The row whose words lie in lane {@code lane} of a panel. */
  public static int row(int panel, int lane) {
    int inBlock = lane % BLOCK_ROWS;
    return panel * PANEL_ROWS + lane / BLOCK_ROWS * BLOCK_ROWS + inBlock / 2 + inBlock % 2 * (BLOCK_ROWS / 2);
  }

  private void fill(PackedTernary packed, int panel) {
    for (int group = 0; group < groups(); group++) {
      for (int first = 0; first < words(group); first += SEGMENT_WORDS) {
        fill(packed, group, first, panel);
      }
    }
  }

  private void fill(PackedTernary packed, int group, int first, int panel) {
    long at = offset(group, first, panel);
    int count = segmentWords(group, first);
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = row(panel, lane);
      for (int word = 0; word < count; word++) {
        int column = column(group, first + word);
        int codes = row < rows ? codes(packed, row, column, Math.min(WORD_COLUMNS, end(group) - column)) : ZERO_CODES;
        int value = INDEX[codes & 63] | INDEX[codes >> 6 & 63] << INDEX_BITS | INDEX[codes >> 12] << 2 * INDEX_BITS;
        words.set(WORD, at + (long) word * WORD_BYTES + lane * Short.BYTES, (short) value);
      }
    }
  }

  /** The bits of {@code count} columns, and code 0 in what is left of nine. */
  private static int codes(PackedTernary packed, int row, int column, int count) {
    long rowAt = (long) row * PackedTernary.bytesPerRow(packed.columns());
    int bits = 0;
    for (int at = column / 4; at <= (column + count - 1) / 4; at++) {
      bits |= (packed.codes().get(ValueLayout.JAVA_BYTE, rowAt + at) & 0xFF) << Byte.SIZE * (at - column / 4);
    }
    int mask = (1 << 2 * count) - 1;
    return bits >>> 2 * (column % 4) & mask | ZERO_CODES & ~mask;
  }

  /** Rows of the matrix. */
  public int rows() {
    return rows;
  }

  /** Columns of the matrix. */
  public int columns() {
    return columns;
  }

  /** Columns of a group, or 0 for one scale per tensor. */
  public int groupSize() {
    return groupSize;
  }

  /** Panels of {@value #PANEL_ROWS} rows. */
  public int panels() {
    return Math.ceilDiv(rows, PANEL_ROWS);
  }

  /** Groups of columns whose sums are kept apart; 1 with one scale per tensor. */
  public int groups() {
    return groupSize == 0 ? 1 : Math.ceilDiv(columns, groupSize);
  }

  private int groupColumns() {
    return groupSize == 0 ? columns : groupSize;
  }

  /** Words of every group but the last one, which may have fewer. */
  public int wordsPerGroup() {
    return Math.ceilDiv(groupColumns(), WORD_COLUMNS);
  }

  /** Words of a group. */
  public int words(int group) {
    return Math.ceilDiv(end(group) - column(group, 0), WORD_COLUMNS);
  }

  /** Words of the segment that begins with word {@code first} of a group. */
  public int segmentWords(int group, int first) {
    return Math.min(SEGMENT_WORDS, words(group) - first);
  }

  /** The first column of a word of a group. */
  public int column(int group, int word) {
    return group * groupColumns() + word * WORD_COLUMNS;
  }

  /** The column behind a group. */
  public int end(int group) {
    return Math.min(columns, column(group + 1, 0));
  }

  /** Where the words of a panel lie in the segment that begins with word {@code first} of a group. */
  public long offset(int group, int first, int panel) {
    long before = ((long) group * wordsPerGroup() + first) * panels();
    return (before + (long) panel * segmentWords(group, first)) * WORD_BYTES;
  }

  /** The words. */
  public MemorySegment segment() {
    return words;
  }
}
