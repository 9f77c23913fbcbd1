package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.vector.BytePlanes.HIGH_BITS;
import static io.github.tern4j.tensor.vector.BytePlanes.HIGH_SHIFT;
import static io.github.tern4j.tensor.vector.BytePlanes.LOW_SHIFT;
import static io.github.tern4j.tensor.vector.BytePlanes.PLANE;
import static io.github.tern4j.tensor.vector.ByteTables.BYTE_SUM_WORDS;
import static io.github.tern4j.tensor.vector.ByteTables.HIGH;
import static io.github.tern4j.tensor.vector.ByteTables.HIGH_BIT;
import static io.github.tern4j.tensor.vector.ByteTables.LOW_MASK;
import static io.github.tern4j.tensor.vector.ByteTables.RADIX;
import static io.github.tern4j.tensor.vector.ByteTables.SECOND;
import static io.github.tern4j.tensor.vector.ByteTables.THIRD;
import static io.github.tern4j.tensor.vector.ByteTables.WIDE;
import static io.github.tern4j.tensor.vector.TernaryLookup.WORD_TABLE_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ByteLookup} for several tokens: the nine indices of three words stay in registers while the tables of one token after
 * the other come from a first-level cache. The sums {@code 27 h + l} of a token are shorts of {@link #SUM_BYTES} bytes in memory,
 * for each vector those of pairs and, behind them, those of pairs moved by a byte; modulo 2^16, which the sums of
 * {@value #MOST_WORDS} words do not exceed.
 */
final class ByteTokenLookup {

  /** Bytes of the sums of a token. */
  static final int SUM_BYTES = 2 * PANEL_ROWS;

  /** Words whose sums, with what h and l are more than sums of products, are less than 2^16. */
  static final int MOST_WORDS = 28;

  private static final int VECTOR_BYTES = BYTES.length();
  private static final int INT_LANES = INTS.length();
  private static final int LOW_SHORT = 0xFFFF;

  /** From the row of the first to that of the second, third and fourth byte of an int. */
  private static final int SECOND_ROWS = PANEL_ROWS / 2;
  private static final int THIRD_ROWS = PANEL_ROWS / 4;
  private static final int FOURTH_ROWS = SECOND_ROWS + THIRD_ROWS;

  private ByteTokenLookup() {}

  /**
   * Adds the sums over at most {@value #MOST_WORDS} words of a panel.
   *
   * @param tables those of {@code words} words for each token, {@code stride} bytes apart, with tables of zeros behind them up to
   *     a multiple of {@value ByteTables#BYTE_SUM_WORDS} words
   * @param sums the sums of each token
   */
  static void lookUp(
      MemorySegment weights, long at, int words, MemorySegment tables, long stride, int tokens, MemorySegment sums) {
    for (int word = 0; word < words; word += BYTE_SUM_WORDS) {
      int more = words - word - 1;
      for (int i = 0; i < PANEL_ROWS / VECTOR_BYTES; i++) {
        long wordAt = at + (long) word * WORD_BYTES + i * VECTOR_BYTES;
        addThree(weights, wordAt, Math.min(1, more), Math.min(2, more), tables, (long) word * WORD_TABLE_BYTES, stride, tokens,
            sums, 2L * i * VECTOR_BYTES);
      }
    }
  }

  /** Three words: that at {@code at}, and those {@code b} and {@code c} words behind it. */
  private static void addThree(MemorySegment weights, long at, int b, int c, MemorySegment tables, long tableAt, long stride,
      int tokens, MemorySegment sums, long sumAt) {
    long second = at + (long) b * WORD_BYTES;
    long third = at + (long) c * WORD_BYTES;
    ByteVector a1 = ByteVector.fromMemorySegment(BYTES, weights, at, ByteOrder.LITTLE_ENDIAN);
    ByteVector a2 = ByteVector.fromMemorySegment(BYTES, weights, at + PLANE, ByteOrder.LITTLE_ENDIAN);
    ByteVector a3 = a1.reinterpretAsInts().lanewise(VectorOperators.LSHR, LOW_SHIFT)
        .lanewise(VectorOperators.BITWISE_BLEND, a2.reinterpretAsInts().lanewise(VectorOperators.LSHR, HIGH_SHIFT), HIGH_BITS)
        .reinterpretAsBytes();
    ByteVector a1High = WIDE ? a1.or(HIGH_BIT) : a1;
    a1 = WIDE ? a1.and(LOW_MASK) : a1;
    ByteVector a2High = WIDE ? a2.or(HIGH_BIT) : a2;
    a2 = WIDE ? a2.and(LOW_MASK) : a2;
    ByteVector a3High = WIDE ? a3.or(HIGH_BIT) : a3;
    a3 = WIDE ? a3.and(LOW_MASK) : a3;
    ByteVector b1 = ByteVector.fromMemorySegment(BYTES, weights, second, ByteOrder.LITTLE_ENDIAN);
    ByteVector b2 = ByteVector.fromMemorySegment(BYTES, weights, second + PLANE, ByteOrder.LITTLE_ENDIAN);
    ByteVector b3 = b1.reinterpretAsInts().lanewise(VectorOperators.LSHR, LOW_SHIFT)
        .lanewise(VectorOperators.BITWISE_BLEND, b2.reinterpretAsInts().lanewise(VectorOperators.LSHR, HIGH_SHIFT), HIGH_BITS)
        .reinterpretAsBytes();
    ByteVector b1High = WIDE ? b1.or(HIGH_BIT) : b1;
    b1 = WIDE ? b1.and(LOW_MASK) : b1;
    ByteVector b2High = WIDE ? b2.or(HIGH_BIT) : b2;
    b2 = WIDE ? b2.and(LOW_MASK) : b2;
    ByteVector b3High = WIDE ? b3.or(HIGH_BIT) : b3;
    b3 = WIDE ? b3.and(LOW_MASK) : b3;
    ByteVector c1 = ByteVector.fromMemorySegment(BYTES, weights, third, ByteOrder.LITTLE_ENDIAN);
    ByteVector c2 = ByteVector.fromMemorySegment(BYTES, weights, third + PLANE, ByteOrder.LITTLE_ENDIAN);
    ByteVector c3 = c1.reinterpretAsInts().lanewise(VectorOperators.LSHR, LOW_SHIFT)
        .lanewise(VectorOperators.BITWISE_BLEND, c2.reinterpretAsInts().lanewise(VectorOperators.LSHR, HIGH_SHIFT), HIGH_BITS)
        .reinterpretAsBytes();
    ByteVector c1High = WIDE ? c1.or(HIGH_BIT) : c1;
    c1 = WIDE ? c1.and(LOW_MASK) : c1;
    ByteVector c2High = WIDE ? c2.or(HIGH_BIT) : c2;
    c2 = WIDE ? c2.and(LOW_MASK) : c2;
    ByteVector c3High = WIDE ? c3.or(HIGH_BIT) : c3;
    c3 = WIDE ? c3.and(LOW_MASK) : c3;
    for (int token = 0; token < tokens; token++) {
      long table = tableAt + token * stride;
      long pairsAt = sumAt + (long) token * SUM_BYTES;
      long movedAt = pairsAt + VECTOR_BYTES;
      ByteVector a1Table = ByteVector.fromMemorySegment(BYTES, tables, table, ByteOrder.LITTLE_ENDIAN);
      ByteVector low = a1.selectFrom(a1Table);
      if (!WIDE) {
        a1Table = ByteVector.fromMemorySegment(BYTES, tables, table + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      ByteVector high = a1High.selectFrom(a1Table);
      ByteVector a2Table = ByteVector.fromMemorySegment(BYTES, tables, table + SECOND, ByteOrder.LITTLE_ENDIAN);
      low = low.add(a2.selectFrom(a2Table));
      if (!WIDE) {
        a2Table = ByteVector.fromMemorySegment(BYTES, tables, table + SECOND + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(a2High.selectFrom(a2Table));
      ByteVector a3Table = ByteVector.fromMemorySegment(BYTES, tables, table + THIRD, ByteOrder.LITTLE_ENDIAN);
      low = low.add(a3.selectFrom(a3Table));
      if (!WIDE) {
        a3Table = ByteVector.fromMemorySegment(BYTES, tables, table + THIRD + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(a3High.selectFrom(a3Table));
      long secondTable = table + WORD_TABLE_BYTES;
      ByteVector b1Table = ByteVector.fromMemorySegment(BYTES, tables, secondTable, ByteOrder.LITTLE_ENDIAN);
      low = low.add(b1.selectFrom(b1Table));
      if (!WIDE) {
        b1Table = ByteVector.fromMemorySegment(BYTES, tables, secondTable + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(b1High.selectFrom(b1Table));
      ByteVector b2Table = ByteVector.fromMemorySegment(BYTES, tables, secondTable + SECOND, ByteOrder.LITTLE_ENDIAN);
      low = low.add(b2.selectFrom(b2Table));
      if (!WIDE) {
        b2Table = ByteVector.fromMemorySegment(BYTES, tables, secondTable + SECOND + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(b2High.selectFrom(b2Table));
      ByteVector b3Table = ByteVector.fromMemorySegment(BYTES, tables, secondTable + THIRD, ByteOrder.LITTLE_ENDIAN);
      low = low.add(b3.selectFrom(b3Table));
      if (!WIDE) {
        b3Table = ByteVector.fromMemorySegment(BYTES, tables, secondTable + THIRD + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(b3High.selectFrom(b3Table));
      long thirdTable = secondTable + WORD_TABLE_BYTES;
      ByteVector c1Table = ByteVector.fromMemorySegment(BYTES, tables, thirdTable, ByteOrder.LITTLE_ENDIAN);
      low = low.add(c1.selectFrom(c1Table));
      if (!WIDE) {
        c1Table = ByteVector.fromMemorySegment(BYTES, tables, thirdTable + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(c1High.selectFrom(c1Table));
      ByteVector c2Table = ByteVector.fromMemorySegment(BYTES, tables, thirdTable + SECOND, ByteOrder.LITTLE_ENDIAN);
      low = low.add(c2.selectFrom(c2Table));
      if (!WIDE) {
        c2Table = ByteVector.fromMemorySegment(BYTES, tables, thirdTable + SECOND + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(c2High.selectFrom(c2Table));
      ByteVector c3Table = ByteVector.fromMemorySegment(BYTES, tables, thirdTable + THIRD, ByteOrder.LITTLE_ENDIAN);
      low = low.add(c3.selectFrom(c3Table));
      if (!WIDE) {
        c3Table = ByteVector.fromMemorySegment(BYTES, tables, thirdTable + THIRD + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
      high = high.add(c3High.selectFrom(c3Table));
      ShortVector.fromMemorySegment(SHORTS, sums, pairsAt, ByteOrder.LITTLE_ENDIAN).add(low.reinterpretAsShorts())
          .add(high.reinterpretAsShorts().mul((short) RADIX)).intoMemorySegment(sums, pairsAt, ByteOrder.LITTLE_ENDIAN);
      ShortVector.fromMemorySegment(SHORTS, sums, movedAt, ByteOrder.LITTLE_ENDIAN)
          .add(low.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts())
          .add(high.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts().mul((short) RADIX))
          .intoMemorySegment(sums, movedAt, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Adds sums, less {@code bias}, to those of tokens that are {@code stride} apart, and makes them 0. */
  static void addSums(MemorySegment sums, int tokens, int bias, int[] totals, int totalAt, int stride) {
    for (int token = 0; token < tokens; token++) {
      for (int i = 0; i < PANEL_ROWS / VECTOR_BYTES; i++) {
        long at = (long) token * SUM_BYTES + 2L * i * VECTOR_BYTES;
        IntVector pairs = IntVector.fromMemorySegment(INTS, sums, at, ByteOrder.LITTLE_ENDIAN);
        IntVector moved = IntVector.fromMemorySegment(INTS, sums, at + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        IntVector.zero(INTS).intoMemorySegment(sums, at, ByteOrder.LITTLE_ENDIAN);
        IntVector.zero(INTS).intoMemorySegment(sums, at + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        int first = totalAt + token * stride + i * INT_LANES;
        IntVector fourths = moved.lanewise(VectorOperators.LSHR, Short.SIZE);
        IntVector thirds = pairs.lanewise(VectorOperators.LSHR, Short.SIZE).sub(fourths.lanewise(VectorOperators.LSHL, Byte.SIZE))
            .and(LOW_SHORT);
        IntVector seconds = moved.sub(thirds.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
        IntVector firsts = pairs.sub(seconds.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
        IntVector.fromArray(INTS, totals, first).add(firsts).sub(bias).intoArray(totals, first);
        int second = first + SECOND_ROWS;
        IntVector.fromArray(INTS, totals, second).add(seconds).sub(bias).intoArray(totals, second);
        int third = first + THIRD_ROWS;
        IntVector.fromArray(INTS, totals, third).add(thirds).sub(bias).intoArray(totals, third);
        int fourth = first + FOURTH_ROWS;
        IntVector.fromArray(INTS, totals, fourth).add(fourths).sub(bias).intoArray(totals, fourth);
      }
    }
  }

  /** As {@link #addSums}, times the scales of rows: {@code totals_i = fma((float) (sum_i - bias), scale_i, totals_i)}. */
  static void addScaledSums(MemorySegment sums, int tokens, int bias, float[] scales, float[] totals, int totalAt, int stride) {
    for (int token = 0; token < tokens; token++) {
      for (int i = 0; i < PANEL_ROWS / VECTOR_BYTES; i++) {
        long at = (long) token * SUM_BYTES + 2L * i * VECTOR_BYTES;
        IntVector pairs = IntVector.fromMemorySegment(INTS, sums, at, ByteOrder.LITTLE_ENDIAN);
        IntVector moved = IntVector.fromMemorySegment(INTS, sums, at + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        IntVector.zero(INTS).intoMemorySegment(sums, at, ByteOrder.LITTLE_ENDIAN);
        IntVector.zero(INTS).intoMemorySegment(sums, at + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        IntVector fourths = moved.lanewise(VectorOperators.LSHR, Short.SIZE);
        IntVector thirds = pairs.lanewise(VectorOperators.LSHR, Short.SIZE).sub(fourths.lanewise(VectorOperators.LSHL, Byte.SIZE))
            .and(LOW_SHORT);
        IntVector seconds = moved.sub(thirds.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
        IntVector firsts = pairs.sub(seconds.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
        int row = i * INT_LANES;
        int to = totalAt + token * stride + row;
        addScaled(firsts.sub(bias), scales, row, totals, to);
        addScaled(seconds.sub(bias), scales, row + SECOND_ROWS, totals, to + SECOND_ROWS);
        addScaled(thirds.sub(bias), scales, row + THIRD_ROWS, totals, to + THIRD_ROWS);
        addScaled(fourths.sub(bias), scales, row + FOURTH_ROWS, totals, to + FOURTH_ROWS);
      }
    }
  }

  private static void addScaled(IntVector sums, float[] scales, int scaleAt, float[] totals, int at) {
    ((FloatVector) sums.convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(FloatVector.fromArray(FLOATS, scales, scaleAt), FloatVector.fromArray(FLOATS, totals, at)).intoArray(totals, at);
  }
}
