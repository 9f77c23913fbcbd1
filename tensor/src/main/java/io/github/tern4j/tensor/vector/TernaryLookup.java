package io.github.tern4j.tensor.vector;

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

  private static final long BLOCK_BYTES = WORD_BYTES / 2;

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
   * Adds the sums of the rows of a panel over at most {@code SEGMENT_WORDS} words. Of bits above an index, which are those of the
   * next ones, a lookup takes no notice.
   */
  static void addPanel(MemorySegment weights, long at, int words, short[] tables, int tableAt, int[] sums, int sumAt) {
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
    add(even(a0).add(even(a1)).add(even(a2)), sums, sumAt);
    add(odd(a0).add(odd(a1)).add(odd(a2)), sums, sumAt + INT_LANES);
    add(even(b0).add(even(b1)).add(even(b2)), sums, sumAt + 2 * INT_LANES);
    add(odd(b0).add(odd(b1)).add(odd(b2)), sums, sumAt + 3 * INT_LANES);
  }

  private static void add(IntVector value, int[] sums, int at) {
    IntVector.fromArray(INTS, sums, at).add(value).intoArray(sums, at);
  }

  private static IntVector even(ShortVector sum) {
    return sum.reinterpretAsInts().lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE);
  }

  private static IntVector odd(ShortVector sum) {
    return sum.reinterpretAsInts().lanewise(VectorOperators.ASHR, Short.SIZE);
  }

  /** {@code totals_i = fma((float) sums_i, scales_i, totals_i)} and {@code sums_i = 0}; {@code n} is a multiple of 16. */
  static void addGroup(int[] sums, int n, float[] scales, int scaleAt, float[] totals, int at) {
    for (int i = 0; i < n; i += INT_LANES) {
      FloatVector sum = (FloatVector) IntVector.fromArray(INTS, sums, at + i).convertShape(VectorOperators.I2F, FLOATS, 0);
      sum.fma(FloatVector.fromArray(FLOATS, scales, scaleAt + i), FloatVector.fromArray(FLOATS, totals, at + i))
          .intoArray(totals, at + i);
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
