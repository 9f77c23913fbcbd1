package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_TABLES;
import static io.github.tern4j.tensor.vector.TernaryLookup.INDEX_BITS;
import static io.github.tern4j.tensor.vector.TernaryLookup.TABLE;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.HALF_SHORTS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link TernaryLookup#lookUpTokens} with 512-bit vectors and tables of pairs: an entry holds the sums of two tokens in one int,
 * and one permutation of two vectors of ints looks both up. Intel CPUs take one operation for it, where a permutation of shorts
 * takes two.
 */
final class PairedLookup {

  private static final int INT_LANES = INTS.length();
  private static final int LANES = SHORTS.length();
  private static final int VECTOR_BYTES = SHORTS.vectorByteSize();

  private static final int PAIR_TABLE_BYTES = TABLE * Integer.BYTES;

  /** Bytes of the tables of a word for two tokens. */
  static final int WORD_TABLE_BYTES = WORD_TABLES * PAIR_TABLE_BYTES;

  private static final short[] FIRST = twice(TernaryLookup.FIRST);
  private static final short[] SECOND = twice(TernaryLookup.SECOND);
  private static final short[] THIRD = twice(TernaryLookup.THIRD);

  private PairedLookup() {}

  private static short[] twice(short[] weights) {
    short[] pairs = new short[2 * weights.length];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = weights[i / 2];
    }
    return pairs;
  }

  /** The activations {@code at} of one token and {@code secondAt} of another one in the halves of ints. */
  static void pair(short[] codes, int at, int secondAt, int n, int[] pairs) {
    int i = 0;
    for (; i <= n - INT_LANES; i += INT_LANES) {
      Vector<Integer> first = ShortVector.fromArray(HALF_SHORTS, codes, at + i)
          .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      Vector<Integer> second = ShortVector.fromArray(HALF_SHORTS, codes, secondAt + i).convertShape(VectorOperators.S2I, INTS, 0);
      first.reinterpretAsInts().or(second.reinterpretAsInts().lanewise(VectorOperators.LSHL, Short.SIZE)).intoArray(pairs, i);
    }
    for (; i < n; i++) {
      pairs[i] = codes[at + i] & 0xFFFF | codes[secondAt + i] << Short.SIZE;
    }
  }

  /**
   * The tables of {@code words} words of activations that {@link #pair} has left. They are stored into a slice of their own: of
   * a segment that is passed in, the JIT looks at class, scope and length anew for each store, which took most of the time.
   */
  static void tables(int[] pairs, int words, MemorySegment tables, long tableAt) {
    ShortVector lowFirsts = ShortVector.fromArray(SHORTS, FIRST, 0);
    ShortVector lowSeconds = ShortVector.fromArray(SHORTS, SECOND, 0);
    ShortVector lowThirds = ShortVector.fromArray(SHORTS, THIRD, 0);
    ShortVector highFirsts = ShortVector.fromArray(SHORTS, FIRST, LANES);
    ShortVector highSeconds = ShortVector.fromArray(SHORTS, SECOND, LANES);
    ShortVector highThirds = ShortVector.fromArray(SHORTS, THIRD, LANES);
    int columns = WORD_COLUMNS / WORD_TABLES;
    MemorySegment own = tables.asSlice(tableAt, (long) words * WORD_TABLE_BYTES);
    for (int i = 0; i < words * WORD_TABLES; i++) {
      ShortVector first = IntVector.broadcast(INTS, pairs[columns * i]).reinterpretAsShorts();
      ShortVector second = IntVector.broadcast(INTS, pairs[columns * i + 1]).reinterpretAsShorts();
      ShortVector third = IntVector.broadcast(INTS, pairs[columns * i + 2]).reinterpretAsShorts();
      long to = (long) PAIR_TABLE_BYTES * i;
      first.mul(lowFirsts).add(second.mul(lowSeconds)).add(third.mul(lowThirds))
          .intoMemorySegment(own, to, ByteOrder.LITTLE_ENDIAN);
      first.mul(highFirsts).add(second.mul(highSeconds)).add(third.mul(highThirds))
          .intoMemorySegment(own, to + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /**
   * Sums of a panel for {@value TernaryLookup#TOKENS} tokens over at most {@value TernaryLookup#SHORT_SUM_WORDS} words. Leaves
   * for each pair of tokens its rows in their order, each row with both tokens.
   *
   * @param stride from the tables of a pair of tokens to those of the next one
   */
  static void lookUpTokens(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, long stride, short[] lanes) {
    ShortVector evenA0 = ShortVector.zero(SHORTS);
    ShortVector oddA0 = evenA0;
    ShortVector evenB0 = evenA0;
    ShortVector oddB0 = evenA0;
    ShortVector evenA1 = evenA0;
    ShortVector oddA1 = evenA0;
    ShortVector evenB1 = evenA0;
    ShortVector oddB1 = evenA0;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      IntVector a = IntVector.fromMemorySegment(INTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN);
      IntVector b = IntVector.fromMemorySegment(INTS, weights, wordAt + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      IntVector indexEvenA = a;
      IntVector indexOddA = a.lanewise(VectorOperators.LSHR, Short.SIZE);
      IntVector indexEvenB = b;
      IntVector indexOddB = b.lanewise(VectorOperators.LSHR, Short.SIZE);
      IntVector low = IntVector.fromMemorySegment(INTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      IntVector high = IntVector.fromMemorySegment(INTS, tables, table + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      evenA0 = evenA0.add(indexEvenA.selectFrom(low, high).reinterpretAsShorts());
      oddA0 = oddA0.add(indexOddA.selectFrom(low, high).reinterpretAsShorts());
      evenB0 = evenB0.add(indexEvenB.selectFrom(low, high).reinterpretAsShorts());
      oddB0 = oddB0.add(indexOddB.selectFrom(low, high).reinterpretAsShorts());
      low = IntVector.fromMemorySegment(INTS, tables, table + stride, ByteOrder.LITTLE_ENDIAN);
      high = IntVector.fromMemorySegment(INTS, tables, table + stride + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      evenA1 = evenA1.add(indexEvenA.selectFrom(low, high).reinterpretAsShorts());
      oddA1 = oddA1.add(indexOddA.selectFrom(low, high).reinterpretAsShorts());
      evenB1 = evenB1.add(indexEvenB.selectFrom(low, high).reinterpretAsShorts());
      oddB1 = oddB1.add(indexOddB.selectFrom(low, high).reinterpretAsShorts());
      indexEvenA = a.lanewise(VectorOperators.LSHR, INDEX_BITS);
      indexOddA = a.lanewise(VectorOperators.LSHR, Short.SIZE + INDEX_BITS);
      indexEvenB = b.lanewise(VectorOperators.LSHR, INDEX_BITS);
      indexOddB = b.lanewise(VectorOperators.LSHR, Short.SIZE + INDEX_BITS);
      low = IntVector.fromMemorySegment(INTS, tables, table + PAIR_TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = IntVector.fromMemorySegment(INTS, tables, table + PAIR_TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      evenA0 = evenA0.add(indexEvenA.selectFrom(low, high).reinterpretAsShorts());
      oddA0 = oddA0.add(indexOddA.selectFrom(low, high).reinterpretAsShorts());
      evenB0 = evenB0.add(indexEvenB.selectFrom(low, high).reinterpretAsShorts());
      oddB0 = oddB0.add(indexOddB.selectFrom(low, high).reinterpretAsShorts());
      low = IntVector.fromMemorySegment(INTS, tables, table + stride + PAIR_TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = IntVector.fromMemorySegment(INTS, tables, table + stride + PAIR_TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      evenA1 = evenA1.add(indexEvenA.selectFrom(low, high).reinterpretAsShorts());
      oddA1 = oddA1.add(indexOddA.selectFrom(low, high).reinterpretAsShorts());
      evenB1 = evenB1.add(indexEvenB.selectFrom(low, high).reinterpretAsShorts());
      oddB1 = oddB1.add(indexOddB.selectFrom(low, high).reinterpretAsShorts());
      indexEvenA = a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS);
      indexOddA = a.lanewise(VectorOperators.LSHR, Short.SIZE + 2 * INDEX_BITS);
      indexEvenB = b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS);
      indexOddB = b.lanewise(VectorOperators.LSHR, Short.SIZE + 2 * INDEX_BITS);
      low = IntVector.fromMemorySegment(INTS, tables, table + 2 * PAIR_TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = IntVector.fromMemorySegment(INTS, tables, table + 2 * PAIR_TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      evenA0 = evenA0.add(indexEvenA.selectFrom(low, high).reinterpretAsShorts());
      oddA0 = oddA0.add(indexOddA.selectFrom(low, high).reinterpretAsShorts());
      evenB0 = evenB0.add(indexEvenB.selectFrom(low, high).reinterpretAsShorts());
      oddB0 = oddB0.add(indexOddB.selectFrom(low, high).reinterpretAsShorts());
      low = IntVector.fromMemorySegment(INTS, tables, table + stride + 2 * PAIR_TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = IntVector.fromMemorySegment(
          INTS, tables, table + stride + 2 * PAIR_TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      evenA1 = evenA1.add(indexEvenA.selectFrom(low, high).reinterpretAsShorts());
      oddA1 = oddA1.add(indexOddA.selectFrom(low, high).reinterpretAsShorts());
      evenB1 = evenB1.add(indexEvenB.selectFrom(low, high).reinterpretAsShorts());
      oddB1 = oddB1.add(indexOddB.selectFrom(low, high).reinterpretAsShorts());
    }
    evenA0.intoArray(lanes, 0);
    oddA0.intoArray(lanes, LANES);
    evenB0.intoArray(lanes, 2 * LANES);
    oddB0.intoArray(lanes, 3 * LANES);
    evenA1.intoArray(lanes, 4 * LANES);
    oddA1.intoArray(lanes, 5 * LANES);
    evenB1.intoArray(lanes, 6 * LANES);
    oddB1.intoArray(lanes, 7 * LANES);
  }

  /**
   * Adds what {@link #lookUpTokens} has summed to the sums of tokens that are {@code stride} apart. By pairs and rows: one loop
   * over all vectors would divide for the place of each, which takes longer than adding them.
   */
  static void addTokens(short[] lanes, int[] sums, int sumAt, int stride) {
    int first = sumAt;
    for (int pair = 0; pair < TernaryLookup.TOKENS_LANES; pair += 2 * PANEL_ROWS) {
      for (int row = 0; row < PANEL_ROWS; row += INT_LANES) {
        IntVector sum = ShortVector.fromArray(SHORTS, lanes, pair + 2 * row).reinterpretAsInts();
        int second = first + stride;
        IntVector.fromArray(INTS, sums, first + row)
            .add(sum.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
            .intoArray(sums, first + row);
        IntVector.fromArray(INTS, sums, second + row).add(sum.lanewise(VectorOperators.ASHR, Short.SIZE))
            .intoArray(sums, second + row);
      }
      first += 2 * stride;
    }
  }

  /** As {@link #addTokens}, times the scales of the rows, to totals of tokens {@code stride} apart. */
  static void addScaledTokens(short[] lanes, float[] scales, float[] totals, int totalAt, int stride) {
    int first = totalAt;
    for (int pair = 0; pair < TernaryLookup.TOKENS_LANES; pair += 2 * PANEL_ROWS) {
      for (int row = 0; row < PANEL_ROWS; row += INT_LANES) {
        IntVector sum = ShortVector.fromArray(SHORTS, lanes, pair + 2 * row).reinterpretAsInts();
        FloatVector factors = FloatVector.fromArray(FLOATS, scales, row);
        int second = first + stride;
        ((FloatVector) sum.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
            .convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(factors, FloatVector.fromArray(FLOATS, totals, first + row)).intoArray(totals, first + row);
        ((FloatVector) sum.lanewise(VectorOperators.ASHR, Short.SIZE).convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(factors, FloatVector.fromArray(FLOATS, totals, second + row)).intoArray(totals, second + row);
      }
      first += 2 * stride;
    }
  }
}
