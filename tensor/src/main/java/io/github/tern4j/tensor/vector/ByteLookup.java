package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.vector.BytePlanes.HIGH_BITS;
import static io.github.tern4j.tensor.vector.BytePlanes.HIGH_SHIFT;
import static io.github.tern4j.tensor.vector.BytePlanes.LOW_SHIFT;
import static io.github.tern4j.tensor.vector.BytePlanes.PLANE;
import static io.github.tern4j.tensor.vector.ByteTables.BYTE_SUM_WORDS;
import static io.github.tern4j.tensor.vector.ByteTables.HIGH;
import static io.github.tern4j.tensor.vector.ByteTables.RADIX;
import static io.github.tern4j.tensor.vector.ByteTables.SECOND;
import static io.github.tern4j.tensor.vector.ByteTables.THIRD;
import static io.github.tern4j.tensor.vector.ByteTables.WORD_BIAS;
import static io.github.tern4j.tensor.vector.TernaryLookup.WORD_TABLE_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The lookups of {@link TernaryLookup} by bytes with 256-bit vectors, for CPUs that permute bytes faster than shorts: an
 * instruction looks up half of the rows of a panel, in {@link ByteTables}, by words that {@link BytePlanes} has laid out.
 *
 * <p>The sums of bytes are added up as the shorts that two neighbours form, and, moved down by a byte, as the shorts that begin
 * with the second one; from both, modulo 2^16, follow the sums of every byte. Byte 4i of a vector belongs to its row i, the next
 * ones to the rows 32, 16 and 48 behind it.
 *
 * <p>One method without others of this class, like those of {@link WideLookup}.
 */
final class ByteLookup {

  private static final int VECTOR_BYTES = BYTES.length();
  private static final int INT_LANES = INTS.length();

  /** From the row of the first to that of the second, third and fourth byte of an int. */
  private static final int SECOND_ROWS = PANEL_ROWS / 2;
  private static final int THIRD_ROWS = PANEL_ROWS / 4;
  private static final int FOURTH_ROWS = SECOND_ROWS + THIRD_ROWS;

  private static final int LOW_SHORT = 0xFFFF;

  private ByteLookup() {}

  /** As {@link TernaryLookup#lookUp}. */
  static void lookUp(MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
    for (int i = 0; i < PANEL_ROWS / VECTOR_BYTES; i++) {
      lookUpVector(weights, at + i * VECTOR_BYTES, words, tables, tableAt, sums, sumAt + i * INT_LANES);
    }
  }

  private static void lookUpVector(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
    ShortVector lowPairs = ShortVector.zero(SHORTS);
    ShortVector lowMoved = lowPairs;
    ShortVector highPairs = lowPairs;
    ShortVector highMoved = lowPairs;
    int word = 0;
    for (; word <= words - BYTE_SUM_WORDS; word += BYTE_SUM_WORDS) {
      ByteVector low = ByteVector.zero(BYTES);
      ByteVector high = low;
      for (int i = 0; i < BYTE_SUM_WORDS; i++) {
        long wordAt = at + (long) (word + i) * WORD_BYTES;
        long table = tableAt + (long) (word + i) * WORD_TABLE_BYTES;
        ByteVector first = ByteVector.fromMemorySegment(BYTES, weights, wordAt, ByteOrder.LITTLE_ENDIAN);
        ByteVector second = ByteVector.fromMemorySegment(BYTES, weights, wordAt + PLANE, ByteOrder.LITTLE_ENDIAN);
        ByteVector third = first.reinterpretAsInts().lanewise(VectorOperators.LSHR, LOW_SHIFT)
            .lanewise(VectorOperators.BITWISE_BLEND,
                second.reinterpretAsInts().lanewise(VectorOperators.LSHR, HIGH_SHIFT), HIGH_BITS).reinterpretAsBytes();
        low = low.add(first.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table, ByteOrder.LITTLE_ENDIAN)));
        high = high.add(first.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table + HIGH, ByteOrder.LITTLE_ENDIAN)));
        low = low.add(second.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table + SECOND, ByteOrder.LITTLE_ENDIAN)));
        high = high.add(second.selectFrom(
            ByteVector.fromMemorySegment(BYTES, tables, table + SECOND + HIGH, ByteOrder.LITTLE_ENDIAN)));
        low = low.add(third.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table + THIRD, ByteOrder.LITTLE_ENDIAN)));
        high = high.add(third.selectFrom(
            ByteVector.fromMemorySegment(BYTES, tables, table + THIRD + HIGH, ByteOrder.LITTLE_ENDIAN)));
      }
      lowPairs = lowPairs.add(low.reinterpretAsShorts());
      highPairs = highPairs.add(high.reinterpretAsShorts());
      lowMoved = lowMoved.add(low.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts());
      highMoved = highMoved.add(high.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts());
    }
    ByteVector low = ByteVector.zero(BYTES);
    ByteVector high = low;
    for (; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      ByteVector first = ByteVector.fromMemorySegment(BYTES, weights, wordAt, ByteOrder.LITTLE_ENDIAN);
      ByteVector second = ByteVector.fromMemorySegment(BYTES, weights, wordAt + PLANE, ByteOrder.LITTLE_ENDIAN);
      ByteVector third = first.reinterpretAsInts().lanewise(VectorOperators.LSHR, LOW_SHIFT)
          .lanewise(VectorOperators.BITWISE_BLEND,
              second.reinterpretAsInts().lanewise(VectorOperators.LSHR, HIGH_SHIFT), HIGH_BITS).reinterpretAsBytes();
      low = low.add(first.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table, ByteOrder.LITTLE_ENDIAN)));
      high = high.add(first.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table + HIGH, ByteOrder.LITTLE_ENDIAN)));
      low = low.add(second.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table + SECOND, ByteOrder.LITTLE_ENDIAN)));
      high = high.add(second.selectFrom(
          ByteVector.fromMemorySegment(BYTES, tables, table + SECOND + HIGH, ByteOrder.LITTLE_ENDIAN)));
      low = low.add(third.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, table + THIRD, ByteOrder.LITTLE_ENDIAN)));
      high = high.add(third.selectFrom(
          ByteVector.fromMemorySegment(BYTES, tables, table + THIRD + HIGH, ByteOrder.LITTLE_ENDIAN)));
    }
    lowPairs = lowPairs.add(low.reinterpretAsShorts());
    highPairs = highPairs.add(high.reinterpretAsShorts());
    lowMoved = lowMoved.add(low.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts());
    highMoved = highMoved.add(high.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts());
    IntVector lowFourth = lowMoved.reinterpretAsInts().lanewise(VectorOperators.LSHR, Short.SIZE);
    IntVector highFourth = highMoved.reinterpretAsInts().lanewise(VectorOperators.LSHR, Short.SIZE);
    IntVector lowThird = lowPairs.reinterpretAsInts().lanewise(VectorOperators.LSHR, Short.SIZE)
        .sub(lowFourth.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
    IntVector highThird = highPairs.reinterpretAsInts().lanewise(VectorOperators.LSHR, Short.SIZE)
        .sub(highFourth.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
    IntVector lowSecond = lowMoved.reinterpretAsInts()
        .sub(lowThird.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
    IntVector highSecond = highMoved.reinterpretAsInts()
        .sub(highThird.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
    IntVector lowFirst = lowPairs.reinterpretAsInts()
        .sub(lowSecond.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
    IntVector highFirst = highPairs.reinterpretAsInts()
        .sub(highSecond.lanewise(VectorOperators.LSHL, Byte.SIZE)).and(LOW_SHORT);
    int bias = words * WORD_BIAS;
    IntVector.fromArray(INTS, sums, sumAt).add(highFirst.mul(RADIX).add(lowFirst).sub(bias)).intoArray(sums, sumAt);
    int thirdAt = sumAt + THIRD_ROWS;
    IntVector.fromArray(INTS, sums, thirdAt).add(highThird.mul(RADIX).add(lowThird).sub(bias)).intoArray(sums, thirdAt);
    int secondAt = sumAt + SECOND_ROWS;
    IntVector.fromArray(INTS, sums, secondAt).add(highSecond.mul(RADIX).add(lowSecond).sub(bias)).intoArray(sums, secondAt);
    int fourthAt = sumAt + FOURTH_ROWS;
    IntVector.fromArray(INTS, sums, fourthAt).add(highFourth.mul(RADIX).add(lowFourth).sub(bias)).intoArray(sums, fourthAt);
  }
}
