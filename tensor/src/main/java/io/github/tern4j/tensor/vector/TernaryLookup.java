package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_TABLES;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.HALF_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops over vectors behind {@link LookupTernary}: tables of the 27 sums of three activations, and what becomes of sums that
 * {@link WideLookup}, {@link NarrowLookup} or {@link ByteLookup} has looked up by
 * {@link io.github.tern4j.tensor.ternary.TernaryWords}.
 */
final class TernaryLookup {

  /** {@code UseAVX} of a JVM that uses AVX-512. */
  private static final int AVX_512 = 3;

  private static final boolean WIDE = VectorWidth.BITS == 512;

  /**
   * Whether one instruction looks sums up: at 512 bits, and at 256 bits with AVX-512, which permutes two vectors of shorts of any
   * width. Without AVX-512 the JIT takes many instructions for that, and {@link TernaryDot} is faster.
   */
  static final boolean AVAILABLE = WIDE || VectorWidth.BITS == 256 && hasAvx512();

  private static final int LANES = SHORTS.length();
  private static final int INT_LANES = INTS.length();

  /** Bits of an index. */
  static final int INDEX_BITS = 5;

  /** Shorts of a table, of which 27 are used. */
  static final int TABLE = 1 << INDEX_BITS;

  static final int TABLE_BYTES = TABLE * Short.BYTES;

  /** Bytes of the tables of a word, of shorts or of bytes. */
  static final int WORD_TABLE_BYTES = WORD_TABLES * TABLE_BYTES;

  /** Tables begin at cache lines, so that no vector lies in two of them. */
  private static final long TABLE_ALIGNMENT = 64;

  /** From the row of an even lane to that of the odd lane behind it. */
  static final int ODD_ROWS = 16;

  /** Tokens that are multiplied at a time where there are several. */
  static final int TOKENS = 4;

  /** Panels that are multiplied by one token at a time where there are as many, with 512-bit vectors. */
  static final int PANELS = 4;

  /** Panels of whole groups that are so multiplied, if one sum of all words fits a short. */
  static final int GROUP_PANELS = 8;

  /** Shorts of the sums that {@link #lookUpPanels} leaves, and more than {@link #lookUpGroups} does. */
  static final int PANELS_LANES = PANELS * WORD_TABLES * PANEL_ROWS;

  /** Words whose three sums of at most 384 each add up to a short. */
  static final int SHORT_SUM_WORDS = 28;

  /** Words of which two sums of at most 384 each add up to a short. */
  static final int GROUP_WORDS = 42;

  /** {@code 2^112}: what the bits of an F16 without sign are times as floats, moved to the place of their exponent. */
  static final float HALF_UNIT = 0x1p112f;

  /** How far the bits of an F16 have to move. */
  static final int HALF_SHIFT = 13;

  /** Shorts of the sums of a panel for several tokens. */
  static final int TOKENS_LANES = TOKENS * PANEL_ROWS;

  /** The weight of the first, second and third column at each index. */
  static final short[] FIRST = weights(1);
  static final short[] SECOND = weights(3);
  static final short[] THIRD = weights(9);

  /** Whether sums are looked up by {@link ByteLookup}, for which words are laid out by {@link BytePlanes}. */
  static final boolean BY_BYTES = AVAILABLE && LookupChoice.isBytes();

  private TernaryLookup() {}

  /** Whether the JIT uses AVX-512; the Vector API does not tell. */
  private static boolean hasAvx512() {
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      return vm != null && Integer.parseInt(vm.getVMOption("UseAVX").getValue()) >= AVX_512;
    } catch (IllegalArgumentException anotherCpu) {
      return false;
    }
  }

  private static short[] weights(int place) {
    short[] weights = new short[TABLE];
    for (int index = 0; index < 27; index++) {
      weights[index] = (short) (index / place % 3 - 1);
    }
    return weights;
  }

  /** Widens int8 codes. */
  static void widen(MemorySegment codes, long at, int n, short[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      ByteVector bytes = ByteVector.fromMemorySegment(HALF_BYTES, codes, at + i, ByteOrder.LITTLE_ENDIAN);
      ((ShortVector) bytes.convertShape(VectorOperators.B2S, SHORTS, 0)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = codes.get(ValueLayout.JAVA_BYTE, at + i);
    }
  }

  /** Shorts that {@code columns} widened codes take with those that the last word of any group may read behind them. */
  static int widenedShorts(int columns) {
    return columns + WORD_COLUMNS;
  }

  /** Memory for tables. */
  static MemorySegment tables(long bytes) {
    return Arena.ofAuto().allocate(bytes, TABLE_ALIGNMENT);
  }

  /** The tables of {@code words} words from activation {@code at} on. */
  static void tables(short[] codes, int at, int words, MemorySegment tables, long tableAt) {
    if (BY_BYTES) {
      ByteTables.tables(codes, at, words, tables, tableAt);
    } else {
      shortTables(codes, at, words, tables, tableAt);
    }
  }

  /** As {@link #tables}, for {@link #lookUpTokens}. */
  static void shortTables(short[] codes, int at, int words, MemorySegment tables, long tableAt) {
    for (int lane = 0; lane < TABLE; lane += LANES) {
      lanesOfTables(codes, at, words * WORD_TABLES, tables, tableAt, lane);
    }
  }

  private static void lanesOfTables(short[] codes, int at, int count, MemorySegment tables, long tableAt, int lane) {
    ShortVector firsts = ShortVector.fromArray(SHORTS, FIRST, lane);
    ShortVector seconds = ShortVector.fromArray(SHORTS, SECOND, lane);
    ShortVector thirds = ShortVector.fromArray(SHORTS, THIRD, lane);
    int columns = WORD_COLUMNS / WORD_TABLES;
    for (int i = 0; i < count; i++) {
      ShortVector first = ShortVector.broadcast(SHORTS, codes[at + columns * i]).mul(firsts);
      ShortVector second = ShortVector.broadcast(SHORTS, codes[at + columns * i + 1]).mul(seconds);
      ShortVector third = ShortVector.broadcast(SHORTS, codes[at + columns * i + 2]).mul(thirds);
      first.add(second).add(third)
          .intoMemorySegment(tables, tableAt + (long) TABLE_BYTES * i + lane * Short.BYTES, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /**
   * Adds the sums of the rows of a panel over at most {@code SEGMENT_WORDS} words to ints. Of bits above an index, which are
   * those of the next ones, a lookup takes no notice.
   */
  static void lookUp(MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
    if (BY_BYTES) {
      ByteLookup.lookUp(weights, at, words, tables, tableAt, sums, sumAt);
    } else {
      lookUpWords(weights, at, words, tables, tableAt, sums, sumAt);
    }
  }

  /** {@link #lookUp} by shorts. */
  static void lookUpWords(MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
    if (WIDE) {
      WideLookup.lookUp(weights, at, words, tables, tableAt, sums, sumAt);
    } else {
      NarrowLookup.lookUp(weights, at, words, tables, tableAt, sums, sumAt);
    }
  }

  /** Whether there is {@link #lookUpPanels}. */
  static boolean looksUpPanels() {
    return WIDE && !BY_BYTES;
  }

  /**
   * As {@link #lookUp}, for {@value #PANELS} panels that are {@code step} bytes apart: loads of tables are shared, and memory is
   * read in as many streams. Leaves the sums of the three lookups apart, in the order of words.
   */
  static void lookUpPanels(
      MemorySegment weights, long at, long step, int words, MemorySegment tables, long tableAt, short[] lanes) {
    WideLookup.lookUpPanels(weights, at, step, words, tables, tableAt, lanes);
  }

  /**
   * Adds what {@link #lookUpPanels} has summed to the sums of panels that are {@code stride} apart. Written out: in some Java
   * processes the JIT did not inline a method for the halves of a lane, and put the vectors on the heap.
   */
  static void addPanels(short[] lanes, int[] sums, int sumAt, int stride) {
    int panelAt = sumAt;
    for (int panel = 0; panel < PANELS * PANEL_ROWS; panel += PANEL_ROWS) {
      for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
        int from = (panel + lane) * WORD_TABLES;
        IntVector first = ShortVector.fromArray(SHORTS, lanes, from).reinterpretAsInts();
        IntVector second = ShortVector.fromArray(SHORTS, lanes, from + LANES).reinterpretAsInts();
        IntVector third = ShortVector.fromArray(SHORTS, lanes, from + 2 * LANES).reinterpretAsInts();
        int at = panelAt + rowOfEven(lane);
        IntVector.fromArray(INTS, sums, at)
            .add(first.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .add(second.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .add(third.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .intoArray(sums, at);
        IntVector.fromArray(INTS, sums, at + ODD_ROWS)
            .add(first.lanewise(VectorOperators.ASHR, Short.SIZE))
            .add(second.lanewise(VectorOperators.ASHR, Short.SIZE))
            .add(third.lanewise(VectorOperators.ASHR, Short.SIZE))
            .intoArray(sums, at + ODD_ROWS);
      }
      panelAt += stride;
    }
  }

  /**
   * As {@link #lookUpPanels}, over the at most {@value #SHORT_SUM_WORDS} words of a whole group, for {@value #GROUP_PANELS}
   * panels. Leaves one sum of the three lookups.
   */
  static void lookUpGroups(
      MemorySegment weights, long at, long step, int words, MemorySegment tables, long tableAt, short[] lanes) {
    WideLookup.lookUpGroups(weights, at, step, words, tables, tableAt, lanes);
  }

  /** Adds what {@link #lookUpGroups} has summed times F16 scales, as {@link #addHalfScaledPanels} does. */
  static void addHalfScaledGroups(
      short[] lanes, MemorySegment scales, long scaleAt, long step, float[] totals, int totalAt, int stride) {
    int panelAt = totalAt;
    long panelScaleAt = scaleAt;
    for (int panel = 0; panel < GROUP_PANELS * PANEL_ROWS; panel += PANEL_ROWS) {
      for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
        IntVector sums = ShortVector.fromArray(SHORTS, lanes, panel + lane).reinterpretAsInts();
        IntVector halves = ShortVector.fromMemorySegment(SHORTS, scales, panelScaleAt + lane * Short.BYTES,
            ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
        int at = panelAt + rowOfEven(lane);
        ((FloatVector) sums.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(halves.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
                .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, at))
            .intoArray(totals, at);
        ((FloatVector) sums.lanewise(VectorOperators.ASHR, Short.SIZE).convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(halves.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
                .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, at + ODD_ROWS))
            .intoArray(totals, at + ODD_ROWS);
      }
      panelAt += stride;
      panelScaleAt += step;
    }
  }

  /**
   * Adds what {@link #lookUpPanels} has summed over the at most {@value #GROUP_WORDS} words of a whole group, times the F16
   * scales of panels that are {@code step} bytes apart, as {@link #lookUpGroup} does.
   */
  static void addHalfScaledPanels(
      short[] lanes, MemorySegment scales, long scaleAt, long step, float[] totals, int totalAt, int stride) {
    int panelAt = totalAt;
    long panelScaleAt = scaleAt;
    for (int panel = 0; panel < PANELS * PANEL_ROWS; panel += PANEL_ROWS) {
      for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
        int from = (panel + lane) * WORD_TABLES;
        IntVector twoSums = ShortVector.fromArray(SHORTS, lanes, from).add(ShortVector.fromArray(SHORTS, lanes, from + LANES))
            .reinterpretAsInts();
        IntVector third = ShortVector.fromArray(SHORTS, lanes, from + 2 * LANES).reinterpretAsInts();
        IntVector halves = ShortVector.fromMemorySegment(SHORTS, scales, panelScaleAt + lane * Short.BYTES,
            ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
        int at = panelAt + rowOfEven(lane);
        ((FloatVector) twoSums.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
            .add(third.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(halves.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
                .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, at))
            .intoArray(totals, at);
        ((FloatVector) twoSums.lanewise(VectorOperators.ASHR, Short.SIZE).add(third.lanewise(VectorOperators.ASHR, Short.SIZE))
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(halves.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
                .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, at + ODD_ROWS))
            .intoArray(totals, at + ODD_ROWS);
      }
      panelAt += stride;
      panelScaleAt += step;
    }
  }

  /** As {@link #addHalfScaledPanels} for F32 scales. */
  static void addFloatScaledPanels(
      short[] lanes, MemorySegment scales, long scaleAt, long step, float[] totals, int totalAt, int stride) {
    int panelAt = totalAt;
    long panelScaleAt = scaleAt;
    for (int panel = 0; panel < PANELS * PANEL_ROWS; panel += PANEL_ROWS) {
      for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
        int from = (panel + lane) * WORD_TABLES;
        IntVector twoSums = ShortVector.fromArray(SHORTS, lanes, from).add(ShortVector.fromArray(SHORTS, lanes, from + LANES))
            .reinterpretAsInts();
        IntVector third = ShortVector.fromArray(SHORTS, lanes, from + 2 * LANES).reinterpretAsInts();
        int row = rowOfEven(lane);
        long rowScaleAt = panelScaleAt + row * Float.BYTES;
        int at = panelAt + row;
        ((FloatVector) twoSums.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
            .add(third.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(FloatVector.fromMemorySegment(FLOATS, scales, rowScaleAt, ByteOrder.LITTLE_ENDIAN),
                FloatVector.fromArray(FLOATS, totals, at))
            .intoArray(totals, at);
        ((FloatVector) twoSums.lanewise(VectorOperators.ASHR, Short.SIZE).add(third.lanewise(VectorOperators.ASHR, Short.SIZE))
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(FloatVector.fromMemorySegment(FLOATS, scales, rowScaleAt + ODD_ROWS * Float.BYTES, ByteOrder.LITTLE_ENDIAN),
                FloatVector.fromArray(FLOATS, totals, at + ODD_ROWS))
            .intoArray(totals, at + ODD_ROWS);
      }
      panelAt += stride;
      panelScaleAt += step;
    }
  }

  /**
   * As {@link #lookUp}, by shorts, over the at most {@value #GROUP_WORDS} words of a whole group with F16 scales behind them:
   * adds the sums of the rows of a panel times their scales, {@code totals_i = fma((float) sum_i, scale_i, totals_i)}.
   *
   * <p>The words of a group take so little time that sums which go through memory cost a quarter of it.
   */
  static void lookUpGroup(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, float[] totals, int totalAt) {
    if (WIDE) {
      WideLookup.lookUpGroup(weights, at, words, tables, tableAt, totals, totalAt);
    } else {
      NarrowLookup.lookUpGroup(weights, at, words, tables, tableAt, totals, totalAt);
    }
  }

  /**
   * As {@link #lookUp}, by shorts, over at most {@value #SHORT_SUM_WORDS} words, for {@value #TOKENS} tokens, whose tables are
   * {@code stride} bytes apart: loads of words and shifts of indices are shared. Leaves the sums of each token in the order of
   * words.
   */
  static void lookUpTokens(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, long stride, short[] lanes) {
    if (WIDE) {
      WideLookup.lookUpTokens(weights, at, words, tables, tableAt, stride, lanes);
    } else {
      NarrowLookup.lookUpTokens(weights, at, words, tables, tableAt, stride, lanes);
    }
  }

  /** Adds what {@link #lookUpTokens} has summed to the sums of tokens that are {@code stride} apart. */
  static void addTokens(short[] lanes, int[] sums, int sumAt, int stride) {
    int tokenAt = sumAt;
    for (int token = 0; token < TOKENS_LANES; token += PANEL_ROWS) {
      for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
        IntVector pairs = ShortVector.fromArray(SHORTS, lanes, token + lane).reinterpretAsInts();
        int at = tokenAt + rowOfEven(lane);
        IntVector.fromArray(INTS, sums, at)
            .add(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .intoArray(sums, at);
        IntVector.fromArray(INTS, sums, at + ODD_ROWS).add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE))
            .intoArray(sums, at + ODD_ROWS);
      }
      tokenAt += stride;
    }
  }

  /** The row of an even lane of a panel. */
  private static int rowOfEven(int lane) {
    return lane - lane % TABLE / 2;
  }

  /** The scales of a panel, of {@code bytes} bytes each. */
  static void scales(MemorySegment words, long at, int bytes, float[] scales) {
    if (bytes == Short.BYTES) {
      halfScales(words, at, scales);
    } else {
      floatScales(words, at, scales);
    }
  }

  /** From F16 in the order of words. */
  private static void halfScales(MemorySegment words, long at, float[] scales) {
    for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
      IntVector pairs = ShortVector.fromMemorySegment(SHORTS, words, at + lane * Short.BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      int row = rowOfEven(lane);
      evenHalves(pairs).intoArray(scales, row);
      oddHalves(pairs).intoArray(scales, row + ODD_ROWS);
    }
  }

  private static FloatVector evenHalves(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
        .reinterpretAsFloats().mul(HALF_UNIT);
  }

  private static FloatVector oddHalves(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
        .reinterpretAsFloats().mul(HALF_UNIT);
  }

  private static void floatScales(MemorySegment words, long at, float[] scales) {
    for (int i = 0; i < PANEL_ROWS; i += INT_LANES) {
      FloatVector.fromMemorySegment(FLOATS, words, at + (long) i * Float.BYTES, ByteOrder.LITTLE_ENDIAN).intoArray(scales, i);
    }
  }

  /** Adds what {@link #lookUpTokens} has summed, times the scales of the rows, to totals of tokens {@code stride} apart. */
  static void addScaledTokens(short[] lanes, float[] scales, float[] totals, int totalAt, int stride) {
    int tokenAt = totalAt;
    for (int token = 0; token < TOKENS_LANES; token += PANEL_ROWS) {
      for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
        IntVector pairs = ShortVector.fromArray(SHORTS, lanes, token + lane).reinterpretAsInts();
        int row = rowOfEven(lane);
        int at = tokenAt + row;
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(FloatVector.fromArray(FLOATS, scales, row), FloatVector.fromArray(FLOATS, totals, at)).intoArray(totals, at);
        ((FloatVector) pairs.lanewise(VectorOperators.ASHR, Short.SIZE).convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(FloatVector.fromArray(FLOATS, scales, row + ODD_ROWS), FloatVector.fromArray(FLOATS, totals, at + ODD_ROWS))
            .intoArray(totals, at + ODD_ROWS);
      }
      tokenAt += stride;
    }
  }

  /**
   * Adds the sums of a panel times the scales of the rows to totals: {@code totals_i = fma((float) sums_i, scales_i, totals_i)}.
   * The sums become 0.
   */
  static void addScaledSums(int[] sums, float[] scales, float[] totals, int at) {
    for (int i = 0; i < PANEL_ROWS; i += INT_LANES) {
      FloatVector sum = (FloatVector) IntVector.fromArray(INTS, sums, at + i).convertShape(VectorOperators.I2F, FLOATS, 0);
      sum.fma(FloatVector.fromArray(FLOATS, scales, i), FloatVector.fromArray(FLOATS, totals, at + i)).intoArray(totals, at + i);
      IntVector.zero(INTS).intoArray(sums, at + i);
    }
  }

  /** {@code out_i = (float) sums_i factor}. */
  static void scale(int[] sums, int at, int n, float factor, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - INT_LANES; i += INT_LANES) {
      FloatVector sum = (FloatVector) IntVector.fromArray(INTS, sums, at + i).convertShape(VectorOperators.I2F, FLOATS, 0);
      sum.mul(factor).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = sums[at + i] * factor;
    }
  }
}
