package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Ternary codes as indices into tables of sums: three weights have 27 sums with their activations, which fit the 32 shorts of a
 * 512-bit vector, so that one permutation looks up three columns of 32 rows.
 *
 * <p>A word is a little-endian short of one row and nine columns: three indices of 5 bits, index j = t0 + 3 t1 + 9 t2 with
 * t = code + 1 of columns 3j, 3j + 1, 3j + 2; so 1.78 bits a weight. Rows lie in panels of {@value #PANEL_ROWS}, which are two
 * halves of 32 words side by side; word 2i of a half belongs to its row i, word 2i + 1 to its row 16 + i, since a vector of
 * shorts widens into its even and its odd lanes. Words never cross groups of columns: a group begins with a new word. Rows and
 * columns that fill up the last panel and word have code 0.
 *
 * <p>Order in memory: blocks of panels ({@link #blockPanels}); in a block, segments of words of one group; in a segment, panels;
 * in a panel, words. So a thread that multiplies a block reads one ascending stream, and the tables of a segment serve all panels
 * of the block while they are in a first-level cache. Behind the last word of a group lie the scales of the panel's rows, if
 * groups have scales: as F16 in the order of words where that is exact for all scales of the matrix, otherwise as F32 in the
 * order of rows.
 */
public final class TernaryWords {

  /** Rows of a panel. */
  public static final int PANEL_ROWS = 64;

  /** Columns of a word. */
  public static final int WORD_COLUMNS = 9;

  /** Tables that a word looks up. */
  public static final int WORD_TABLES = 3;

  /** Most words of a segment: 192 tables of 64 bytes stay in a first-level cache, and 64 sums of at most 384 in a short. */
  public static final int SEGMENT_WORDS = 64;

  /** Bytes of one word of all rows of a panel. */
  public static final int WORD_BYTES = PANEL_ROWS * Short.BYTES;

  /** Bytes of a block: some microseconds of work, so that a jump to the next block costs nothing beside it. */
  private static final int BLOCK_BYTES = 1 << 16;

  /** With fewer panels, loading the tables of a segment would weigh too much beside its words. */
  private static final int LEAST_BLOCK_PANELS = 4;

  private static final int HALF_ROWS = PANEL_ROWS / 2;
  private static final int INDEX_BITS = 5;
  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
  /** How a word lies in memory. */
  public static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Sums of three codes with their activations. */
  private static final int SUMS = 27;

  /** In each of four words: the bits of the first index, the number 5, the bit behind an index, and the bit that no index has. */
  private static final long FIRST_INDICES = 0x001F_001F_001F_001FL;

  private static final long FIVES = 0x0005_0005_0005_0005L;
  private static final long CARRIES = 0x0020_0020_0020_0020L;
  private static final long UNUSED_BITS = 0x8000_8000_8000_8000L;

  /** What the columns of an index count in it. */
  private static final int[] PLACES = {1, 3, 9};

  /** The word of nine columns with code 0. */
  public static final int ZERO_WORD = zeroWord();

  /** The smallest and the largest normal F16. */
  private static final float SMALLEST_HALF = 0x1p-14f;
  private static final float LARGEST_HALF = 65_504;

  /** Code 0 in nine columns of {@link PackedTernary}. */
  private static final int ZERO_CODES = 0b01_01_01_01_01_01_01_01_01;

  /** The index of three columns from their six bits in {@link PackedTernary}. */
  private static final byte[] INDEX = new byte[1 << 6];

  /** The six bits of three columns from their index. */
  private static final byte[] THREE_CODES = new byte[1 << INDEX_BITS];

  static {
    for (int bits = 0; bits < INDEX.length; bits++) {
      INDEX[bits] = (byte) ((bits & 3) + 3 * (bits >> 2 & 3) + 9 * (bits >> 4));
    }
    for (int index = 0; index < SUMS; index++) {
      THREE_CODES[index] = (byte) (index % 3 | index / 3 % 3 << 2 | index / 9 << 4);
    }
  }

  /**
   * Neighbouring words of one group.
   *
   * @param group the group
   * @param first its first word here
   * @param words number of words, at most {@value #SEGMENT_WORDS}
   * @param endsGroup whether the group ends with them
   * @param bytesBefore bytes of a panel in front of them
   * @param bytes bytes of a panel, scales behind the end of a group included
   */
  public record Segment(int group, int first, int words, boolean endsGroup, long bytesBefore, int bytes) {

    /** Whether this is a group as a whole. */
    public boolean isGroup() {
      return first == 0 && endsGroup;
    }

    /** Bytes from the beginning to the scales of a panel, if there are any. */
    public long wordBytes() {
      return (long) words * WORD_BYTES;
    }
  }

  private final int rows;
  private final int columns;
  private final int groupSize;
  private final int groups;
  private final int groupColumns;
  private final int scaleBytes;
  private final int panels;
  private final List<Segment> segments;
  private final long panelBytes;
  private final int blockPanels;
  private final MemorySegment words;

  /**
   * Words in memory that is shared, for example a mapped file.
   *
   * @param shape {@code [out, in]}
   * @param groupSize columns of a group, or 0 for one scale per tensor, which is not among the words
   * @param words what {@link #segment} was
   * @throws IllegalArgumentException when the size fits no such matrix, an index is over 26, or a scale is not a finite number
   *     from 0
   */
  public TernaryWords(Shape shape, int groupSize, MemorySegment words) {
    this(shape, groupSize, storedScaleBytes(shape, groupSize, words), words);
    requireIndices();
    requireScales();
  }

  private TernaryWords(Shape shape, int groupSize, int scaleBytes, MemorySegment words) {
    this.rows = shape.dim(0);
    this.columns = shape.dim(1);
    this.groupSize = groupSize;
    this.groupColumns = groupSize == 0 ? columns : groupSize;
    this.groups = groups(columns, groupSize);
    this.scaleBytes = scaleBytes;
    this.panels = Math.ceilDiv(rows, PANEL_ROWS);
    this.segments = cut();
    this.panelBytes = panelBytes(columns, groupSize, scaleBytes);
    this.blockPanels = (int) Math.max(LEAST_BLOCK_PANELS, BLOCK_BYTES / Math.max(1, panelBytes));
    this.words = words;
  }

  private static int groups(int columns, int groupSize) {
    return groupSize == 0 ? 1 : Math.ceilDiv(columns, groupSize);
  }

  /** Bytes of 64 rows: words of all groups but the last one, of the last one, and scales. */
  private static long panelBytes(int columns, int groupSize, int scaleBytes) {
    int groups = groups(columns, groupSize);
    if (groups == 0) {
      return 0;
    }
    int groupColumns = groupSize == 0 ? columns : groupSize;
    long words = (groups - 1L) * Math.ceilDiv(groupColumns, WORD_COLUMNS)
        + Math.ceilDiv(columns - (groups - 1) * groupColumns, WORD_COLUMNS);
    return words * WORD_BYTES + (long) groups * PANEL_ROWS * scaleBytes;
  }

  private static long bytes(Shape shape, int groupSize, int scaleBytes) {
    return Math.ceilDiv(shape.dim(0), PANEL_ROWS) * panelBytes(shape.dim(1), groupSize, scaleBytes);
  }

  private static int storedScaleBytes(Shape shape, int groupSize, MemorySegment words) {
    for (int scaleBytes : groupSize == 0 ? new int[] {0} : new int[] {Short.BYTES, Float.BYTES}) {
      if (bytes(shape, groupSize, scaleBytes) == words.byteSize()) {
        return scaleBytes;
      }
    }
    String expected = groupSize == 0
        ? Long.toString(bytes(shape, 0, 0))
        : bytes(shape, groupSize, Short.BYTES) + " or " + bytes(shape, groupSize, Float.BYTES);
    throw new IllegalArgumentException("ternary words " + shape + ", groups of " + groupSize + ": " + words.byteSize()
        + " bytes; expected " + expected);
  }

  /** Four words at a time: adding 5 to an index over 26 carries out of its five bits. */
  private void requireIndices() {
    for (int panel = 0; panel < panels; panel++) {
      for (Segment segment : segments) {
        long first = offset(panel, segment);
        for (long at = first; at < first + segment.wordBytes(); at += Long.BYTES) {
          long four = words.get(LONG, at);
          long carries = (four & FIRST_INDICES) + FIVES | (four >>> INDEX_BITS & FIRST_INDICES) + FIVES
              | (four >>> 2 * INDEX_BITS & FIRST_INDICES) + FIVES;
          if ((carries & CARRIES | four & UNUSED_BITS) != 0) {
            throw new IllegalArgumentException("ternary words: no ternary codes near byte " + at + "; expected indices from 0 to "
                + (SUMS - 1));
          }
        }
      }
    }
  }

  /**
   * F16 keeps the scales of published models. Kernels widen it without looking at a sign, and by a float that is 2^-112 times as
   * large: where that would be subnormal, CPUs take a multiple of the time.
   */
  private static int scaleBytes(float[] scales) {
    for (float scale : scales) {
      boolean normal = scale >= SMALLEST_HALF && scale <= LARGEST_HALF || Float.floatToRawIntBits(scale) == 0;
      if (!normal || Float.float16ToFloat(Float.floatToFloat16(scale)) != scale) {
        return Float.BYTES;
      }
    }
    return Short.BYTES;
  }

  private List<Segment> cut() {
    List<Segment> all = new ArrayList<>();
    long bytes = 0;
    for (int group = 0; group < groups; group++) {
      int groupWords = Math.ceilDiv(Math.min(columns, (group + 1) * groupColumns) - group * groupColumns, WORD_COLUMNS);
      for (int first = 0; first < groupWords; first += SEGMENT_WORDS) {
        int count = Math.min(SEGMENT_WORDS, groupWords - first);
        boolean endsGroup = first + count == groupWords;
        int segmentBytes = count * WORD_BYTES + (endsGroup ? PANEL_ROWS * scaleBytes : 0);
        all.add(new Segment(group, first, count, endsGroup, bytes, segmentBytes));
        bytes += segmentBytes;
      }
    }
    return List.copyOf(all);
  }

  /**
   * Words in memory of the caller, who fills it; groups have scales in F32.
   *
   * @param memory {@link #byteSize} bytes of native memory
   */
  public static TernaryWords in(MemorySegment memory, Shape shape, int groupSize) {
    return new TernaryWords(shape, groupSize, groupSize == 0 ? 0 : Float.BYTES, memory);
  }

  /** Bytes of the words of a matrix whose groups, if there are any, have scales in F32. */
  public static long byteSize(Shape shape, int groupSize) {
    return bytes(shape, groupSize, groupSize == 0 ? 0 : Float.BYTES);
  }

  /** What a word changes by where the code of its column {@code column} grows by 1. */
  public static int place(int column) {
    return PLACES[column % PLACES.length] << column / PLACES.length * INDEX_BITS;
  }

  private static int zeroWord() {
    int word = 0;
    for (int column = 0; column < WORD_COLUMNS; column++) {
      word += place(column);
    }
    return word;
  }

  /** The words of a packed matrix, in memory of their own, filled panel by panel. */
  public static TernaryWords of(PackedTernary packed, Workers workers) {
    Shape shape = Shape.of(packed.rows(), packed.columns());
    int scaleBytes = packed.groupSize() == 0 ? 0 : scaleBytes(packed.scales());
    MemorySegment memory = WeightMemory.allocate(bytes(shape, packed.groupSize(), scaleBytes));
    TernaryWords words = new TernaryWords(shape, packed.groupSize(), scaleBytes, memory);
    workers.run(words.panels, panel -> words.fill(packed, panel));
    return words;
  }

  private void requireScales() {
    for (int panel = 0; panel < panels && scaleBytes > 0; panel++) {
      for (Segment segment : segments) {
        for (int lane = 0; lane < PANEL_ROWS && segment.endsGroup(); lane++) {
          float scale = scale(offset(panel, segment) + segment.wordBytes(), lane);
          if (!(scale >= 0 && Float.isFinite(scale)) || Float.floatToRawIntBits(scale) < 0) {
            throw new IllegalArgumentException("ternary words: scale " + scale + " of row " + row(panel, lane)
                + "; expected finite numbers from 0");
          }
        }
      }
    }
  }

  private void fill(PackedTernary packed, int panel) {
    for (Segment segment : segments) {
      long at = offset(panel, segment);
      fillWords(packed, segment, panel, at);
      if (segment.endsGroup() && scaleBytes > 0) {
        fillScales(packed, segment.group(), panel, at + segment.wordBytes());
      }
    }
  }

  private void fillWords(PackedTernary packed, Segment segment, int panel, long at) {
    int end = end(segment.group());
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = row(panel, lane);
      for (int word = 0; word < segment.words(); word++) {
        int column = column(segment.group(), segment.first() + word);
        int codes = row < rows ? codes(packed, row, column, Math.min(WORD_COLUMNS, end - column)) : ZERO_CODES;
        int value = INDEX[codes & 63] | INDEX[codes >> 6 & 63] << INDEX_BITS | INDEX[codes >> 12] << 2 * INDEX_BITS;
        words.set(WORD, at + (long) word * WORD_BYTES + lane * Short.BYTES, (short) value);
      }
    }
  }

  private void fillScales(PackedTernary packed, int group, int panel, long at) {
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = row(panel, lane);
      putScale(at, lane, row < rows ? packed.scale(row, group) : 0);
    }
  }

  /** Writes the scale of the row of a lane behind the end of a group, which is at {@code at}. */
  public void putScale(long at, int lane, float scale) {
    if (scaleBytes == Float.BYTES) {
      words.set(FLOAT, at + (long) rowOfLane(lane) * Float.BYTES, scale);
    } else {
      words.set(WORD, at + (long) lane * Short.BYTES, Float.floatToFloat16(scale));
    }
  }

  /** The row whose words lie in lane {@code lane} of a panel; over the last row in what fills up the last panel. */
  public static int row(int panel, int lane) {
    return panel * PANEL_ROWS + rowOfLane(lane);
  }

  private static int rowOfLane(int lane) {
    int inHalf = lane % HALF_ROWS;
    return lane / HALF_ROWS * HALF_ROWS + inHalf / 2 + inHalf % 2 * (HALF_ROWS / 2);
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

  /**
   * The same matrix with four columns a byte.
   *
   * @param scale the scale of the tensor; not read when groups have scales
   */
  public PackedTernary unpack(float scale) {
    Shape shape = Shape.of(rows, columns);
    MemorySegment codes = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns), Long.BYTES);
    float[] scales = new float[groupSize == 0 ? 1 : Math.multiplyExact(rows, groups)];
    scales[0] = scale;
    for (int panel = 0; panel < panels; panel++) {
      unpack(panel, codes, scales);
    }
    return new PackedTernary(shape, groupSize, codes, scales);
  }

  private void unpack(int panel, MemorySegment codes, float[] scales) {
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = row(panel, lane);
      if (row < rows) {
        unpackRow(panel, lane, row, codes);
        for (Segment segment : segments) {
          if (segment.endsGroup() && scaleBytes > 0) {
            scales[row * groups + segment.group()] = scale(offset(panel, segment) + segment.wordBytes(), lane);
          }
        }
      }
    }
  }

  private void unpackRow(int panel, int lane, int row, MemorySegment codes) {
    long rowAt = (long) row * PackedTernary.bytesPerRow(columns);
    int bits = 0;
    int pending = 0;
    long at = rowAt;
    for (Segment segment : segments) {
      int end = end(segment.group());
      for (int word = 0; word < segment.words(); word++) {
        int value = words.get(WORD, offset(panel, segment) + (long) word * WORD_BYTES + lane * Short.BYTES);
        int present = Math.min(WORD_COLUMNS, end - column(segment.group(), segment.first() + word));
        int nine = THREE_CODES[value & INDEX_MASK] | THREE_CODES[value >> INDEX_BITS & INDEX_MASK] << 6
            | THREE_CODES[value >> 2 * INDEX_BITS & INDEX_MASK] << 12;
        bits |= (nine & (1 << 2 * present) - 1) << pending;
        pending += 2 * present;
        for (; pending >= Byte.SIZE; pending -= Byte.SIZE) {
          codes.set(ValueLayout.JAVA_BYTE, at++, (byte) bits);
          bits >>>= Byte.SIZE;
        }
      }
    }
    if (pending > 0) {
      codes.set(ValueLayout.JAVA_BYTE, at, (byte) (bits | ZERO_CODES << pending));
    }
  }

  private float scale(long at, int lane) {
    return scaleBytes == Float.BYTES
        ? words.get(FLOAT, at + (long) rowOfLane(lane) * Float.BYTES)
        : Float.float16ToFloat(words.get(WORD, at + (long) lane * Short.BYTES));
  }

  /** Output rows. */
  public int rows() {
    return rows;
  }

  /** Input columns. */
  public int columns() {
    return columns;
  }

  /** Panels of {@value #PANEL_ROWS} rows. */
  public int panels() {
    return panels;
  }

  /** Panels of a block; the last block may have fewer. */
  public int blockPanels() {
    return blockPanels;
  }

  /** Groups of columns whose sums are kept apart; 1 with one scale per tensor. */
  public int groups() {
    return groups;
  }

  /** Columns of a group, or 0 for one scale per tensor. */
  public int groupSize() {
    return groupSize;
  }

  /** Columns of a group; the last one may have fewer. */
  public int groupColumns() {
    return groupColumns;
  }

  /** Words of every group but the last one, which may have fewer. */
  public int wordsPerGroup() {
    return Math.ceilDiv(groupColumns, WORD_COLUMNS);
  }

  /** Bytes of a scale behind a group: 2 or 4, or 0 when there is one scale per tensor, which is not kept here. */
  public int scaleBytes() {
    return scaleBytes;
  }

  /** Segments in the order of their columns. */
  public List<Segment> segments() {
    return segments;
  }

  /** The first column of a word of a group. */
  public int column(int group, int word) {
    return group * groupColumns + word * WORD_COLUMNS;
  }

  /** The column behind a group. */
  public int end(int group) {
    return Math.min(columns, column(group + 1, 0));
  }

  /** Where a segment of a panel begins; the same segment of the next panel of the block follows it. */
  public long offset(int panel, Segment segment) {
    int firstOfBlock = panel / blockPanels * blockPanels;
    int inBlock = Math.min(blockPanels, panels - firstOfBlock);
    return firstOfBlock * panelBytes + inBlock * segment.bytesBefore() + (long) (panel - firstOfBlock) * segment.bytes();
  }

  /** The words. */
  public MemorySegment segment() {
    return words;
  }
}
