package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_TABLES;
import static io.github.tern4j.tensor.vector.VectorWidth.HALF_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The tables of {@link ByteLookup}: a sum s of three products, -384 to 384, is split as {@code s + 384 = 27 h + l - 1} with
 * {@code h = (19 (s + 384)) >> 9}. Then h is 0 to 28 and l 0 to 27, so that the sums of nine of each fit unsigned bytes.
 */
final class ByteTables {

  private static final int LANES = SHORTS.length();

  /** Bytes of a table, of l or of h. */
  private static final int TABLE = 32;

  /** Bytes of the tables of an index: that of l, then that of h. */
  private static final int BOTH = 2 * TABLE;

  /** Where in the tables of a word those of its second and third index begin, and where that of h behind that of l. */
  static final int SECOND = BOTH;
  static final int THIRD = 2 * BOTH;
  static final int HIGH = TABLE;

  /** Words of which the sums fit bytes. */
  static final int BYTE_SUM_WORDS = 3;

  /** What {@code h} counts. */
  static final int RADIX = 27;

  /** What is taken away for the lookups of a word: for each 384, and 1 that keeps l from being negative. */
  static final int WORD_BIAS = 385 * WORD_TABLES;

  /** Added to a sum, which so becomes positive. */
  private static final short OFFSET = 384;

  /** From {@code s + 384} to h; a shift of ints leaves bits of the next short above it. */
  private static final short QUOTIENT = 19;
  private static final int QUOTIENT_SHIFT = 9;
  private static final int QUOTIENT_MASK = 0x001F001F;

  private static final int COLUMNS = WORD_COLUMNS / WORD_TABLES;

  private ByteTables() {}

  /** The tables of {@code words} words from activation {@code at} on, half a table at a time. */
  static void tables(short[] codes, int at, int words, MemorySegment tables, long tableAt) {
    int count = words * WORD_TABLES;
    for (int half = 0; half < TABLE / LANES; half++) {
      ShortVector firsts = ShortVector.fromArray(SHORTS, TernaryLookup.FIRST, half * LANES);
      ShortVector seconds = ShortVector.fromArray(SHORTS, TernaryLookup.SECOND, half * LANES);
      ShortVector thirds = ShortVector.fromArray(SHORTS, TernaryLookup.THIRD, half * LANES);
      long halfAt = tableAt + half * HALF_BYTES.length();
      for (int i = 0; i < count; i++) {
        ShortVector first = ShortVector.broadcast(SHORTS, codes[at + COLUMNS * i]).mul(firsts);
        ShortVector second = ShortVector.broadcast(SHORTS, codes[at + COLUMNS * i + 1]).mul(seconds);
        ShortVector third = ShortVector.broadcast(SHORTS, codes[at + COLUMNS * i + 2]).mul(thirds);
        ShortVector sum = first.add(second).add(third).add(OFFSET);
        ShortVector h = sum.mul(QUOTIENT).reinterpretAsInts().lanewise(VectorOperators.LSHR, QUOTIENT_SHIFT).and(QUOTIENT_MASK)
            .reinterpretAsShorts();
        ShortVector l = sum.add((short) 1).sub(h.mul((short) RADIX));
        long sumAt = halfAt + (long) BOTH * i;
        ((ByteVector) l.convertShape(VectorOperators.S2B, HALF_BYTES, 0))
            .intoMemorySegment(tables, sumAt, ByteOrder.LITTLE_ENDIAN);
        ((ByteVector) h.convertShape(VectorOperators.S2B, HALF_BYTES, 0))
            .intoMemorySegment(tables, sumAt + HIGH, ByteOrder.LITTLE_ENDIAN);
      }
    }
  }
}
