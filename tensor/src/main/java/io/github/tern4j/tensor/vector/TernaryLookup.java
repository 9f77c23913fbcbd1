package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_TABLES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops over 512-bit vectors behind {@link LookupTernary}: tables of the 27 sums of three activations, and sums looked up by
 * {@link io.github.tern4j.tensor.ternary.TernaryWords}.
 */
final class TernaryLookup {

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final int INT_LANES = INTS.length();
  private static final int INDEX_BITS = 5;

  /** Shorts of a table, of which 27 are used. */
  static final int TABLE = SHORTS.length();

  /** Shorts of the tables of a word. */
  static final int WORD_SHORTS = WORD_TABLES * TABLE;

  private static final int BLOCKS = 2;
  private static final long BLOCK_BYTES = WORD_BYTES / BLOCKS;

  /** Tokens that are multiplied at a time where there are several. */
  static final int TOKENS = 4;

  /** Words whose three sums of at most 384 each add up to a short. */
  static final int SHORT_SUM_WORDS = 28;

  /** Words of which two sums of at most 384 each add up to a short. */
  static final int GROUP_WORDS = 42;

  /** {@code 2^112}: what the bits of an F16 without sign are times as floats, moved to the place of their exponent. */
  private static final float HALF_UNIT = 0x1p112f;

  /** How far the bits of an F16 have to move. */
  private static final int HALF_SHIFT = 13;

  /** Shorts of the sums of a panel for several tokens. */
  static final int TOKENS_LANES = TOKENS * BLOCKS * TABLE;

  /** The weight of the first, second and third column at each index. */
  private static final ShortVector FIRST = weights(1);
  private static final ShortVector SECOND = weights(3);
  private static final ShortVector THIRD = weights(9);

  private TernaryLookup() {}

  private static ShortVector weights(int place) {
    short[] weights = new short[TABLE];
    for (int index = 0; index < 27; index++) {
      weights[index] = (short) (index / place % 3 - 1);
    }
    return ShortVector.fromArray(SHORTS, weights, 0);
  }

  /** Widens int8 codes. */
  static void widen(MemorySegment codes, long at, int n, short[] out, int outAt) {
    int i = 0;
    for (; i <= n - TABLE; i += TABLE) {
      ByteVector bytes = ByteVector.fromMemorySegment(BYTES, codes, at + i, ByteOrder.LITTLE_ENDIAN);
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

  /** The tables of {@code words} words from activation {@code at} on. */
  static void tables(short[] codes, int at, int words, short[] tables, int tableAt) {
    int count = words * WORD_TABLES;
    int columns = WORD_COLUMNS / WORD_TABLES;
    for (int i = 0; i < count; i++) {
      ShortVector first = ShortVector.broadcast(SHORTS, codes[at + columns * i]).mul(FIRST);
      ShortVector second = ShortVector.broadcast(SHORTS, codes[at + columns * i + 1]).mul(SECOND);
      ShortVector third = ShortVector.broadcast(SHORTS, codes[at + columns * i + 2]).mul(THIRD);
      first.add(second).add(third).intoArray(tables, tableAt + TABLE * i);
    }
  }

  /**
   * Adds the sums of the rows of a panel over at most {@code SEGMENT_WORDS} words, in shorts for each index of a word, to ints.
   * Of bits above an index, which are those of the next ones, a lookup takes no notice.
   *
   * <p>All in one method without others of this class: the JIT would not inline them into one of this size, and would put vectors
   * on the heap.
   */
  static void lookUp(MemorySegment weights, long at, int words, short[] tables, int tableAt, int[] sums, int sumAt) {
    ShortVector a0 = ShortVector.zero(SHORTS);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      int table = tableAt + word * WORD_SHORTS;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector table0 = ShortVector.fromArray(SHORTS, tables, table);
      a0 = a0.add(a.reinterpretAsShorts().selectFrom(table0));
      b0 = b0.add(b.reinterpretAsShorts().selectFrom(table0));
      ShortVector table1 = ShortVector.fromArray(SHORTS, tables, table + TABLE);
      a1 = a1.add(a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b1 = b1.add(b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      ShortVector table2 = ShortVector.fromArray(SHORTS, tables, table + 2 * TABLE);
      a2 = a2.add(a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      b2 = b2.add(b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
    }
    IntVector aFirst = a0.reinterpretAsInts();
    IntVector aSecond = a1.reinterpretAsInts();
    IntVector aThird = a2.reinterpretAsInts();
    IntVector.fromArray(INTS, sums, sumAt)
        .add(aFirst.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aSecond.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aThird.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt);
    IntVector.fromArray(INTS, sums, sumAt + INT_LANES)
        .add(aFirst.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aSecond.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aThird.lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt + INT_LANES);
    IntVector bFirst = b0.reinterpretAsInts();
    IntVector bSecond = b1.reinterpretAsInts();
    IntVector bThird = b2.reinterpretAsInts();
    IntVector.fromArray(INTS, sums, sumAt + TABLE)
        .add(bFirst.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bSecond.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bThird.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt + TABLE);
    IntVector.fromArray(INTS, sums, sumAt + TABLE + INT_LANES)
        .add(bFirst.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bSecond.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bThird.lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt + TABLE + INT_LANES);
  }

  /**
   * As {@link #lookUp}, over the at most {@value #GROUP_WORDS} words of a whole group with F16 scales behind them: adds the sums
   * of the rows of a panel times their scales, {@code totals_i = fma((float) sum_i, scale_i, totals_i)}.
   *
   * <p>The words of a group take so little time that sums which go through memory cost a quarter of it.
   */
  static void lookUpGroup(
      MemorySegment weights, long at, int words, short[] tables, int tableAt, float[] totals, int totalAt) {
    ShortVector a0 = ShortVector.zero(SHORTS);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      int table = tableAt + word * WORD_SHORTS;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector table0 = ShortVector.fromArray(SHORTS, tables, table);
      a0 = a0.add(a.reinterpretAsShorts().selectFrom(table0));
      b0 = b0.add(b.reinterpretAsShorts().selectFrom(table0));
      ShortVector table1 = ShortVector.fromArray(SHORTS, tables, table + TABLE);
      a1 = a1.add(a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b1 = b1.add(b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      ShortVector table2 = ShortVector.fromArray(SHORTS, tables, table + 2 * TABLE);
      a2 = a2.add(a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      b2 = b2.add(b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
    }
    long scaleAt = at + (long) words * WORD_BYTES;
    IntVector a01 = a0.add(a1).reinterpretAsInts();
    IntVector aLast = a2.reinterpretAsInts();
    IntVector aScales = ShortVector.fromMemorySegment(SHORTS, weights, scaleAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
    ((FloatVector) a01.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(aLast.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(aScales.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt)).intoArray(totals, totalAt);
    ((FloatVector) a01.lanewise(VectorOperators.ASHR, Short.SIZE).add(aLast.lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(aScales.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt + INT_LANES))
        .intoArray(totals, totalAt + INT_LANES);
    IntVector b01 = b0.add(b1).reinterpretAsInts();
    IntVector bLast = b2.reinterpretAsInts();
    IntVector bScales = ShortVector.fromMemorySegment(SHORTS, weights, scaleAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
        .reinterpretAsInts();
    ((FloatVector) b01.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(bLast.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(bScales.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt + TABLE))
        .intoArray(totals, totalAt + TABLE);
    ((FloatVector) b01.lanewise(VectorOperators.ASHR, Short.SIZE).add(bLast.lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(bScales.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt + TABLE + INT_LANES))
        .intoArray(totals, totalAt + TABLE + INT_LANES);
  }

  /**
   * As {@link #lookUp}, over at most {@value #SHORT_SUM_WORDS} words, for {@value #TOKENS} tokens, whose tables are
   * {@code stride} shorts apart: loads of words and shifts of indices are shared. Leaves one vector for each token and block.
   */
  static void lookUpTokens(MemorySegment weights, long at, int words, short[] tables, int tableAt, int stride, short[] lanes) {
    ShortVector a0 = ShortVector.zero(SHORTS);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector a3 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    ShortVector b3 = a0;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      int table = tableAt + word * WORD_SHORTS;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector indexA = a.reinterpretAsShorts();
      ShortVector indexB = b.reinterpretAsShorts();
      ShortVector table0 = ShortVector.fromArray(SHORTS, tables, table);
      a0 = a0.add(indexA.selectFrom(table0));
      b0 = b0.add(indexB.selectFrom(table0));
      ShortVector table1 = ShortVector.fromArray(SHORTS, tables, table + stride);
      a1 = a1.add(indexA.selectFrom(table1));
      b1 = b1.add(indexB.selectFrom(table1));
      ShortVector table2 = ShortVector.fromArray(SHORTS, tables, table + 2 * stride);
      a2 = a2.add(indexA.selectFrom(table2));
      b2 = b2.add(indexB.selectFrom(table2));
      ShortVector table3 = ShortVector.fromArray(SHORTS, tables, table + 3 * stride);
      a3 = a3.add(indexA.selectFrom(table3));
      b3 = b3.add(indexB.selectFrom(table3));
      indexA = a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts();
      indexB = b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts();
      table0 = ShortVector.fromArray(SHORTS, tables, table + TABLE);
      a0 = a0.add(indexA.selectFrom(table0));
      b0 = b0.add(indexB.selectFrom(table0));
      table1 = ShortVector.fromArray(SHORTS, tables, table + stride + TABLE);
      a1 = a1.add(indexA.selectFrom(table1));
      b1 = b1.add(indexB.selectFrom(table1));
      table2 = ShortVector.fromArray(SHORTS, tables, table + 2 * stride + TABLE);
      a2 = a2.add(indexA.selectFrom(table2));
      b2 = b2.add(indexB.selectFrom(table2));
      table3 = ShortVector.fromArray(SHORTS, tables, table + 3 * stride + TABLE);
      a3 = a3.add(indexA.selectFrom(table3));
      b3 = b3.add(indexB.selectFrom(table3));
      indexA = a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts();
      indexB = b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts();
      table0 = ShortVector.fromArray(SHORTS, tables, table + 2 * TABLE);
      a0 = a0.add(indexA.selectFrom(table0));
      b0 = b0.add(indexB.selectFrom(table0));
      table1 = ShortVector.fromArray(SHORTS, tables, table + stride + 2 * TABLE);
      a1 = a1.add(indexA.selectFrom(table1));
      b1 = b1.add(indexB.selectFrom(table1));
      table2 = ShortVector.fromArray(SHORTS, tables, table + 2 * stride + 2 * TABLE);
      a2 = a2.add(indexA.selectFrom(table2));
      b2 = b2.add(indexB.selectFrom(table2));
      table3 = ShortVector.fromArray(SHORTS, tables, table + 3 * stride + 2 * TABLE);
      a3 = a3.add(indexA.selectFrom(table3));
      b3 = b3.add(indexB.selectFrom(table3));
    }
    a0.intoArray(lanes, 0);
    b0.intoArray(lanes, TABLE);
    a1.intoArray(lanes, 2 * TABLE);
    b1.intoArray(lanes, 3 * TABLE);
    a2.intoArray(lanes, 4 * TABLE);
    b2.intoArray(lanes, 5 * TABLE);
    a3.intoArray(lanes, 6 * TABLE);
    b3.intoArray(lanes, 7 * TABLE);
  }

  /** Adds what {@link #lookUpTokens} has summed to the sums of tokens that are {@code stride} apart. */
  static void addTokens(short[] lanes, int[] sums, int sumAt, int stride) {
    for (int i = 0; i < TOKENS * BLOCKS; i++) {
      IntVector pairs = ShortVector.fromArray(SHORTS, lanes, i * TABLE).reinterpretAsInts();
      int at = sumAt + i / BLOCKS * stride + i % BLOCKS * TABLE;
      add(even(pairs), sums, at);
      add(odd(pairs), sums, at + INT_LANES);
    }
  }

  private static void add(IntVector value, int[] sums, int at) {
    IntVector.fromArray(INTS, sums, at).add(value).intoArray(sums, at);
  }

  private static IntVector even(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE);
  }

  private static IntVector odd(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, Short.SIZE);
  }

  /** The scales of a panel from F16 in the order of words. */
  static void halfScales(MemorySegment words, long at, float[] scales) {
    for (int block = 0; block < BLOCKS; block++) {
      IntVector pairs = ShortVector.fromMemorySegment(SHORTS, words, at + block * BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
          .reinterpretAsFloats().mul(HALF_UNIT).intoArray(scales, block * TABLE);
      pairs.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
          .reinterpretAsFloats().mul(HALF_UNIT).intoArray(scales, block * TABLE + INT_LANES);
    }
  }

  /** The scales of a panel from F32. */
  static void floatScales(MemorySegment words, long at, float[] scales) {
    for (int i = 0; i < PANEL_ROWS; i += INT_LANES) {
      FloatVector.fromMemorySegment(FLOATS, words, at + (long) i * Float.BYTES, ByteOrder.LITTLE_ENDIAN).intoArray(scales, i);
    }
  }

  /** Adds what {@link #lookUpTokens} has summed, times the scales of the rows, to totals of tokens {@code stride} apart. */
  static void addScaledTokens(short[] lanes, float[] scales, float[] totals, int totalAt, int stride) {
    for (int i = 0; i < TOKENS * BLOCKS; i++) {
      IntVector pairs = ShortVector.fromArray(SHORTS, lanes, i * TABLE).reinterpretAsInts();
      int at = totalAt + i / BLOCKS * stride + i % BLOCKS * TABLE;
      addScaled(even(pairs), scales, i % BLOCKS * TABLE, totals, at);
      addScaled(odd(pairs), scales, i % BLOCKS * TABLE + INT_LANES, totals, at + INT_LANES);
    }
  }

  /** Adds the sums of a panel, times the scales of the rows, to totals; the sums become 0. */
  static void addScaledSums(int[] sums, float[] scales, float[] totals, int at) {
    for (int i = 0; i < PANEL_ROWS; i += INT_LANES) {
      addScaled(IntVector.fromArray(INTS, sums, at + i), scales, i, totals, at + i);
      IntVector.zero(INTS).intoArray(sums, at + i);
    }
  }

  /** {@code totals_i = fma((float) sums_i, scales_i, totals_i)}. */
  private static void addScaled(IntVector sums, float[] scales, int scaleAt, float[] totals, int at) {
    ((FloatVector) sums.convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(FloatVector.fromArray(FLOATS, scales, scaleAt), FloatVector.fromArray(FLOATS, totals, at)).intoArray(totals, at);
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
