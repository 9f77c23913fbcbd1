package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.vector.TernaryLookup.HALF_SHIFT;
import static io.github.tern4j.tensor.vector.TernaryLookup.HALF_UNIT;
import static io.github.tern4j.tensor.vector.TernaryLookup.INDEX_BITS;
import static io.github.tern4j.tensor.vector.TernaryLookup.TABLE;
import static io.github.tern4j.tensor.vector.TernaryLookup.TABLE_BYTES;
import static io.github.tern4j.tensor.vector.TernaryLookup.WORD_TABLE_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The lookups of {@link TernaryLookup} with 512-bit vectors: one holds a table, two the words of a panel.
 *
 * <p>Each is one method without others of this class: the JIT would not inline them into one of this size, and would put vectors
 * on the heap.
 */
final class WideLookup {

  private static final int INT_LANES = INTS.length();
  private static final long BLOCK_BYTES = SHORTS.vectorByteSize();

  private WideLookup() {}

  static void lookUp(MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
    ShortVector a0 = ShortVector.zero(SHORTS);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      a0 = a0.add(a.reinterpretAsShorts().selectFrom(table0));
      b0 = b0.add(b.reinterpretAsShorts().selectFrom(table0));
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a1 = a1.add(a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b1 = b1.add(b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
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

  static void lookUpPanels(
      MemorySegment weights, long at, long step, int words, MemorySegment tables, long tableAt, short[] lanes) {
    ShortVector a00 = ShortVector.zero(SHORTS);
    ShortVector a01 = a00;
    ShortVector a02 = a00;
    ShortVector b00 = a00;
    ShortVector b01 = a00;
    ShortVector b02 = a00;
    ShortVector a10 = a00;
    ShortVector a11 = a00;
    ShortVector a12 = a00;
    ShortVector b10 = a00;
    ShortVector b11 = a00;
    ShortVector b12 = a00;
    ShortVector a20 = a00;
    ShortVector a21 = a00;
    ShortVector a22 = a00;
    ShortVector b20 = a00;
    ShortVector b21 = a00;
    ShortVector b22 = a00;
    ShortVector a30 = a00;
    ShortVector a31 = a00;
    ShortVector a32 = a00;
    ShortVector b30 = a00;
    ShortVector b31 = a00;
    ShortVector b32 = a00;
    for (int word = 0; word < words; word++) {
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      long wordAt = at + (long) word * WORD_BYTES;
      IntVector a0 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      a00 = a00.add(a0.reinterpretAsShorts().selectFrom(table0));
      a01 = a01.add(a0.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      a02 = a02.add(a0.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b0 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      b00 = b00.add(b0.reinterpretAsShorts().selectFrom(table0));
      b01 = b01.add(b0.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b02 = b02.add(b0.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a1 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      a10 = a10.add(a1.reinterpretAsShorts().selectFrom(table0));
      a11 = a11.add(a1.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      a12 = a12.add(a1.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b1 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      b10 = b10.add(b1.reinterpretAsShorts().selectFrom(table0));
      b11 = b11.add(b1.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b12 = b12.add(b1.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a2 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      a20 = a20.add(a2.reinterpretAsShorts().selectFrom(table0));
      a21 = a21.add(a2.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      a22 = a22.add(a2.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b2 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      b20 = b20.add(b2.reinterpretAsShorts().selectFrom(table0));
      b21 = b21.add(b2.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b22 = b22.add(b2.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a3 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      a30 = a30.add(a3.reinterpretAsShorts().selectFrom(table0));
      a31 = a31.add(a3.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      a32 = a32.add(a3.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b3 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      b30 = b30.add(b3.reinterpretAsShorts().selectFrom(table0));
      b31 = b31.add(b3.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b32 = b32.add(b3.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
    }
    a00.intoArray(lanes, 0);
    a01.intoArray(lanes, TABLE);
    a02.intoArray(lanes, 2 * TABLE);
    b00.intoArray(lanes, 3 * TABLE);
    b01.intoArray(lanes, 4 * TABLE);
    b02.intoArray(lanes, 5 * TABLE);
    a10.intoArray(lanes, 6 * TABLE);
    a11.intoArray(lanes, 7 * TABLE);
    a12.intoArray(lanes, 8 * TABLE);
    b10.intoArray(lanes, 9 * TABLE);
    b11.intoArray(lanes, 10 * TABLE);
    b12.intoArray(lanes, 11 * TABLE);
    a20.intoArray(lanes, 12 * TABLE);
    a21.intoArray(lanes, 13 * TABLE);
    a22.intoArray(lanes, 14 * TABLE);
    b20.intoArray(lanes, 15 * TABLE);
    b21.intoArray(lanes, 16 * TABLE);
    b22.intoArray(lanes, 17 * TABLE);
    a30.intoArray(lanes, 18 * TABLE);
    a31.intoArray(lanes, 19 * TABLE);
    a32.intoArray(lanes, 20 * TABLE);
    b30.intoArray(lanes, 21 * TABLE);
    b31.intoArray(lanes, 22 * TABLE);
    b32.intoArray(lanes, 23 * TABLE);
  }

  static void lookUpGroups(
      MemorySegment weights, long at, long step, int words, MemorySegment tables, long tableAt, short[] lanes) {
    ShortVector aSum0 = ShortVector.zero(SHORTS);
    ShortVector bSum0 = aSum0;
    ShortVector aSum1 = aSum0;
    ShortVector bSum1 = aSum0;
    ShortVector aSum2 = aSum0;
    ShortVector bSum2 = aSum0;
    ShortVector aSum3 = aSum0;
    ShortVector bSum3 = aSum0;
    ShortVector aSum4 = aSum0;
    ShortVector bSum4 = aSum0;
    ShortVector aSum5 = aSum0;
    ShortVector bSum5 = aSum0;
    ShortVector aSum6 = aSum0;
    ShortVector bSum6 = aSum0;
    ShortVector aSum7 = aSum0;
    ShortVector bSum7 = aSum0;
    for (int word = 0; word < words; word++) {
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      long wordAt = at + (long) word * WORD_BYTES;
      IntVector a0 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum0 = aSum0.add(a0.reinterpretAsShorts().selectFrom(table0))
          .add(a0.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a0.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b0 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum0 = bSum0.add(b0.reinterpretAsShorts().selectFrom(table0))
          .add(b0.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b0.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a1 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum1 = aSum1.add(a1.reinterpretAsShorts().selectFrom(table0))
          .add(a1.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a1.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b1 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum1 = bSum1.add(b1.reinterpretAsShorts().selectFrom(table0))
          .add(b1.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b1.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a2 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum2 = aSum2.add(a2.reinterpretAsShorts().selectFrom(table0))
          .add(a2.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a2.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b2 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum2 = bSum2.add(b2.reinterpretAsShorts().selectFrom(table0))
          .add(b2.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b2.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a3 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum3 = aSum3.add(a3.reinterpretAsShorts().selectFrom(table0))
          .add(a3.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a3.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b3 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum3 = bSum3.add(b3.reinterpretAsShorts().selectFrom(table0))
          .add(b3.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b3.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a4 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum4 = aSum4.add(a4.reinterpretAsShorts().selectFrom(table0))
          .add(a4.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a4.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b4 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum4 = bSum4.add(b4.reinterpretAsShorts().selectFrom(table0))
          .add(b4.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b4.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a5 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum5 = aSum5.add(a5.reinterpretAsShorts().selectFrom(table0))
          .add(a5.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a5.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b5 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum5 = bSum5.add(b5.reinterpretAsShorts().selectFrom(table0))
          .add(b5.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b5.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a6 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum6 = aSum6.add(a6.reinterpretAsShorts().selectFrom(table0))
          .add(a6.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a6.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b6 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum6 = bSum6.add(b6.reinterpretAsShorts().selectFrom(table0))
          .add(b6.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b6.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      wordAt += step;
      IntVector a7 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      aSum7 = aSum7.add(a7.reinterpretAsShorts().selectFrom(table0))
          .add(a7.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(a7.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
      IntVector b7 = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      bSum7 = bSum7.add(b7.reinterpretAsShorts().selectFrom(table0))
          .add(b7.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1))
          .add(b7.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(table2));
    }
    aSum0.intoArray(lanes, 0);
    bSum0.intoArray(lanes, TABLE);
    aSum1.intoArray(lanes, 2 * TABLE);
    bSum1.intoArray(lanes, 3 * TABLE);
    aSum2.intoArray(lanes, 4 * TABLE);
    bSum2.intoArray(lanes, 5 * TABLE);
    aSum3.intoArray(lanes, 6 * TABLE);
    bSum3.intoArray(lanes, 7 * TABLE);
    aSum4.intoArray(lanes, 8 * TABLE);
    bSum4.intoArray(lanes, 9 * TABLE);
    aSum5.intoArray(lanes, 10 * TABLE);
    bSum5.intoArray(lanes, 11 * TABLE);
    aSum6.intoArray(lanes, 12 * TABLE);
    bSum6.intoArray(lanes, 13 * TABLE);
    aSum7.intoArray(lanes, 14 * TABLE);
    bSum7.intoArray(lanes, 15 * TABLE);
  }

  static void lookUpGroup(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, float[] totals, int totalAt) {
    ShortVector a0 = ShortVector.zero(SHORTS);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      a0 = a0.add(a.reinterpretAsShorts().selectFrom(table0));
      b0 = b0.add(b.reinterpretAsShorts().selectFrom(table0));
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a1 = a1.add(a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      b1 = b1.add(b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(table1));
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
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

  static void lookUpTokens(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, long stride, short[] lanes) {
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
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + BLOCK_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector indexA = a.reinterpretAsShorts();
      ShortVector indexB = b.reinterpretAsShorts();
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      a0 = a0.add(indexA.selectFrom(table0));
      b0 = b0.add(indexB.selectFrom(table0));
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + stride, ByteOrder.LITTLE_ENDIAN);
      a1 = a1.add(indexA.selectFrom(table1));
      b1 = b1.add(indexB.selectFrom(table1));
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * stride, ByteOrder.LITTLE_ENDIAN);
      a2 = a2.add(indexA.selectFrom(table2));
      b2 = b2.add(indexB.selectFrom(table2));
      ShortVector table3 = ShortVector.fromMemorySegment(SHORTS, tables, table + 3 * stride, ByteOrder.LITTLE_ENDIAN);
      a3 = a3.add(indexA.selectFrom(table3));
      b3 = b3.add(indexB.selectFrom(table3));
      indexA = a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts();
      indexB = b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts();
      table0 = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a0 = a0.add(indexA.selectFrom(table0));
      b0 = b0.add(indexB.selectFrom(table0));
      table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + stride + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a1 = a1.add(indexA.selectFrom(table1));
      b1 = b1.add(indexB.selectFrom(table1));
      table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * stride + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a2 = a2.add(indexA.selectFrom(table2));
      b2 = b2.add(indexB.selectFrom(table2));
      table3 = ShortVector.fromMemorySegment(SHORTS, tables, table + 3 * stride + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a3 = a3.add(indexA.selectFrom(table3));
      b3 = b3.add(indexB.selectFrom(table3));
      indexA = a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts();
      indexB = b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts();
      table0 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a0 = a0.add(indexA.selectFrom(table0));
      b0 = b0.add(indexB.selectFrom(table0));
      table1 = ShortVector.fromMemorySegment(SHORTS, tables, table + stride + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a1 = a1.add(indexA.selectFrom(table1));
      b1 = b1.add(indexB.selectFrom(table1));
      table2 = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * stride + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      a2 = a2.add(indexA.selectFrom(table2));
      b2 = b2.add(indexB.selectFrom(table2));
      table3 = ShortVector.fromMemorySegment(SHORTS, tables, table + 3 * stride + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
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
}
