package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Ternary codes as indices into tables of sums: three weights have 27 sums with their activations, which fit the 32 shorts of a
 * 512-bit vector, so that one permutation looks up three columns of 32 rows; or those of two 256-bit vectors, for 16 rows.
 *
 * <p>A word is a little-endian short of one row and nine columns: three indices of 5 bits, index j = t0 + 3 t1 + 9 t2 with
 * t = code + 1 of columns 3j, 3j + 1, 3j + 2; so 1.78 bits a weight. Rows lie in panels of {@value #PANEL_ROWS}, which are two
 * halves of 32 words side by side; word 2i of a half belongs to its row i, word 2i + 1 to its row 16 + i, since a vector of
 * shorts widens into its even and its odd lanes. Words never cross groups of columns: a group begins with a new word. Rows and
 * columns that fill up the last panel and word have code 0.
 *
 * <p>{@link TernaryLayout} says in which order words lie. Behind the last word of a group lie the scales of the panel's rows, if
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

  /** Bits of an index. */
  static final int INDEX_BITS = 5;

  /** How a word lies in memory. */
  public static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Sums of three codes with their activations. */
  static final int SUMS = 27;

  /** Numbers that the bits of an index have. */
  private static final int INDICES = 1 << INDEX_BITS;

  /** In each of four words: the bits of the first index, the number 5, the bit behind an index, and the bit that no index has. */
  private static final long FIRST_INDICES = 0x001F_001F_001F_001FL;

  private static final long FIVES = 0x0005_0005_0005_0005L;
  private static final long CARRIES = 0x0020_0020_0020_0020L;
  private static final long UNUSED_BITS = 0x8000_8000_8000_8000L;

  /** A number in each of four words is this times it. */
  private static final long FOUR_WORDS = 0x0001_0001_0001_0001L;

  /** The least and the largest index whose first 0, 1, 2 or 3 columns have any code, and whose other ones have code 0. */
  private static final int[] LEAST_INDEX = {13, 12, 9, 0};

  private static final int[] LARGEST_INDEX = {13, 14, 17, 26};

  /** What the columns of an index count in it. */
  private static final int[] PLACES = {1, 3, 9};

  /** The word of nine columns with code 0. */
  public static final int ZERO_WORD = zeroWord();

  /** The smallest and the largest normal F16. */
  private static final float SMALLEST_HALF = 0x1p-14f;
  private static final float LARGEST_HALF = 65_504;

  private final TernaryLayout layout;
  private final MemorySegment words;

  /**
   * Words in memory that is shared, for example a mapped file; {@link #check} tells whether they are such words.
   *
   * @param shape {@code [out, in]}
   * @param groupSize columns of a group, or 0 for one scale per tensor, which is not among the words
   * @param words what {@link #segment} was
   * @throws IllegalArgumentException when the size fits no such matrix
   */
  public TernaryWords(Shape shape, int groupSize, MemorySegment words) {
    this(stored(shape, groupSize, words), words);
  }

  /**
   * Reads all words.
   *
   * @throws IllegalArgumentException when an index is over 26, a column that fills up a word has another code than 0, or a scale
   *     is not a finite number from 0
   */
  public void check() {
    requireIndices();
    requireScales();
  }

  private TernaryWords(TernaryLayout layout, MemorySegment words) {
    this.layout = layout;
    this.words = words;
  }

  private static TernaryLayout stored(Shape shape, int groupSize, MemorySegment words) {
    TernaryLayout small = new TernaryLayout(shape, groupSize, groupSize == 0 ? 0 : Short.BYTES);
    if (small.byteSize() == words.byteSize()) {
      return small;
    }
    TernaryLayout large = layout(shape, groupSize);
    if (large.byteSize() == words.byteSize()) {
      return large;
    }
    String expected = groupSize == 0 ? Long.toString(large.byteSize()) : small.byteSize() + " or " + large.byteSize();
    throw new IllegalArgumentException("ternary words " + shape + ", groups of " + groupSize + ": " + words.byteSize()
        + " bytes; expected " + expected);
  }

  /** The layout of a matrix whose groups, if there are any, have scales in F32. */
  private static TernaryLayout layout(Shape shape, int groupSize) {
    return new TernaryLayout(shape, groupSize, groupSize == 0 ? 0 : Float.BYTES);
  }

  /** Segment by segment on the heap, since a program that has just begun reads arrays much faster than other memory. */
  private void requireIndices() {
    long[] copied = new long[SEGMENT_WORDS * WORD_BYTES / Long.BYTES];
    for (int panel = 0; panel < layout.panels(); panel++) {
      for (TernaryLayout.Segment segment : layout.segments()) {
        long at = layout.offset(panel, segment);
        int count = (int) (segment.wordBytes() / Long.BYTES);
        MemorySegment.copy(words, LONG, at, copied, 0, count);
        if (strayBits(copied, 0, count) != 0) {
          int first = 0;
          while (strayBits(copied, first, first + 1) == 0) {
            first++;
          }
          throw new IllegalArgumentException("ternary words: no ternary codes near byte " + (at + (long) first * Long.BYTES)
              + "; expected indices from 0 to " + (SUMS - 1));
        }
        requireZeros(segment, at, copied, count);
      }
    }
  }

  /** Code 0 in the columns that fill up the last word of a group: activations behind the last column are unspecified. */
  private void requireZeros(TernaryLayout.Segment segment, long at, long[] copied, int count) {
    int columns = layout.end(segment.group()) - layout.column(segment.group(), segment.first() + segment.words() - 1);
    int lastWord = count - WORD_BYTES / Long.BYTES;
    if (columns < WORD_COLUMNS && strayCodes(copied, lastWord, count, columns) != 0) {
      throw new IllegalArgumentException("ternary words: codes behind the last column near byte "
          + (at + (long) lastWord * Long.BYTES) + "; expected 0 in the columns that fill up a word");
    }
  }

  /** Bits that no index has, and a carry from each index over 26, as adding 5 carries out of its five bits; four words at a time. */
  private static long strayBits(long[] words, int from, int to) {
    long stray = 0;
    for (int i = from; i < to; i++) {
      long four = words[i];
      long carries = (four & FIRST_INDICES) + FIVES | (four >>> INDEX_BITS & FIRST_INDICES) + FIVES
          | (four >>> 2 * INDEX_BITS & FIRST_INDICES) + FIVES;
      stray |= carries & CARRIES | four & UNUSED_BITS;
    }
    return stray;
  }

  /** A bit from each index over the largest, or below the least, that has code 0 behind {@code columns} columns of a word. */
  private static long strayCodes(long[] words, int from, int to, int columns) {
    long stray = 0;
    for (int place = 0; place < WORD_TABLES; place++) {
      int used = Math.clamp(columns - place * PLACES.length, 0, PLACES.length);
      long toLeast = FOUR_WORDS * (INDICES - LEAST_INDEX[used]);
      long overLargest = FOUR_WORDS * (INDICES - 1 - LARGEST_INDEX[used]);
      for (int i = from; i < to; i++) {
        long indices = words[i] >>> place * INDEX_BITS & FIRST_INDICES;
        stray |= (indices + overLargest | ~(indices + toLeast)) & CARRIES;
      }
    }
    return stray;
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

  /**
   * Words in memory of the caller, who fills it; groups have scales in F32.
   *
   * @param memory {@link #byteSize} bytes of native memory
   */
  public static TernaryWords in(MemorySegment memory, Shape shape, int groupSize) {
    return new TernaryWords(layout(shape, groupSize), memory);
  }

  /** Bytes of the words of a matrix whose groups, if there are any, have scales in F32. */
  public static long byteSize(Shape shape, int groupSize) {
    return layout(shape, groupSize).byteSize();
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
    TernaryLayout layout = new TernaryLayout(shape, packed.groupSize(), scaleBytes);
    TernaryWords words = new TernaryWords(layout, WeightMemory.allocate(layout.byteSize()));
    workers.run(layout.panels(), panel -> WordPacking.fill(words, packed, panel));
    return words;
  }

  private void requireScales() {
    for (int panel = 0; panel < layout.panels() && layout.scaleBytes() > 0; panel++) {
      for (TernaryLayout.Segment segment : layout.segments()) {
        for (int lane = 0; lane < PANEL_ROWS && segment.endsGroup(); lane++) {
          float scale = scale(layout.offset(panel, segment) + segment.wordBytes(), lane);
          if (!(scale >= 0 && Float.isFinite(scale)) || Float.floatToRawIntBits(scale) < 0) {
            throw new IllegalArgumentException("ternary words: scale " + scale + " of row " + TernaryLayout.row(panel, lane)
                + "; expected finite numbers from 0");
          }
        }
      }
    }
  }

  /** Writes the scale of the row of a lane behind the end of a group, which is at {@code at}. */
  public void putScale(long at, int lane, float scale) {
    if (layout.scaleBytes() == Float.BYTES) {
      words.set(FLOAT, at + (long) TernaryLayout.rowOfLane(lane) * Float.BYTES, scale);
    } else {
      words.set(WORD, at + (long) lane * Short.BYTES, Float.floatToFloat16(scale));
    }
  }

  /**
   * The same matrix with four columns a byte.
   *
   * @param scale the scale of the tensor; not read when groups have scales
   */
  public PackedTernary unpack(float scale) {
    return WordPacking.unpack(this, scale);
  }

  /** The scale of the row of a lane behind the end of a group, which is at {@code at}. */
  public float scale(long at, int lane) {
    return layout.scaleBytes() == Float.BYTES
        ? words.get(FLOAT, at + (long) TernaryLayout.rowOfLane(lane) * Float.BYTES)
        : Float.float16ToFloat(words.get(WORD, at + (long) lane * Short.BYTES));
  }

  /** Where the words lie. */
  public TernaryLayout layout() {
    return layout;
  }

  /** The words. */
  public MemorySegment segment() {
    return words;
  }
}
