package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_TABLES;
import static io.github.tern4j.tensor.vector.TernaryLookup.BY_BYTES;
import static io.github.tern4j.tensor.vector.TernaryLookup.HALF_SHIFT;
import static io.github.tern4j.tensor.vector.TernaryLookup.HALF_UNIT;
import static io.github.tern4j.tensor.vector.TernaryLookup.INDEX_BITS;
import static io.github.tern4j.tensor.vector.TernaryLookup.ODD_ROWS;
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
 * The lookups of {@link TernaryLookup} with 256-bit vectors: two hold a table, which one permutation reads, and two the words of
 * half a panel. A whole panel at a time, with twelve sums, was no faster, and too much for the JIT in some Java processes. As in
 * {@link WideLookup}, loops call no method of this class.
 */
final class NarrowLookup {

  private static final int LANES = SHORTS.length();
  private static final int INT_LANES = INTS.length();
  private static final int VECTOR_BYTES = SHORTS.vectorByteSize();
  private static final int HALF_BYTES = WORD_BYTES / 2;

  private NarrowLookup() {}

  static void lookUp(MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
    lookUpHalf(weights, at, words, tables, tableAt, sums, sumAt);
    lookUpHalf(weights, at + HALF_BYTES, words, tables, tableAt, sums, sumAt + TABLE);
  }

  private static void lookUpHalf(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, int[] sums, int sumAt) {
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
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector low = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      ShortVector high = ShortVector.fromMemorySegment(SHORTS, tables, table + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      a0 = a0.add(a.reinterpretAsShorts().selectFrom(low, high));
      b0 = b0.add(b.reinterpretAsShorts().selectFrom(low, high));
      low = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      a1 = a1.add(a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
      b1 = b1.add(b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
      low = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      a2 = a2.add(a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
      b2 = b2.add(b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
    }
    IntVector aFirst = a0.reinterpretAsInts();
    IntVector aSecond = a1.reinterpretAsInts();
    IntVector aThird = a2.reinterpretAsInts();
    IntVector.fromArray(INTS, sums, sumAt)
        .add(aFirst.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aSecond.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aThird.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt);
    IntVector.fromArray(INTS, sums, sumAt + ODD_ROWS)
        .add(aFirst.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aSecond.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(aThird.lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt + ODD_ROWS);
    IntVector bFirst = b0.reinterpretAsInts();
    IntVector bSecond = b1.reinterpretAsInts();
    IntVector bThird = b2.reinterpretAsInts();
    IntVector.fromArray(INTS, sums, sumAt + INT_LANES)
        .add(bFirst.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bSecond.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bThird.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt + INT_LANES);
    IntVector.fromArray(INTS, sums, sumAt + INT_LANES + ODD_ROWS)
        .add(bFirst.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bSecond.lanewise(VectorOperators.ASHR, Short.SIZE))
        .add(bThird.lanewise(VectorOperators.ASHR, Short.SIZE))
        .intoArray(sums, sumAt + INT_LANES + ODD_ROWS);
  }

  static void lookUpGroup(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, float[] totals, int totalAt) {
    long scaleAt = at + (long) words * WORD_BYTES;
    lookUpHalfGroup(weights, at, words, scaleAt, tables, tableAt, totals, totalAt);
    lookUpHalfGroup(weights, at + HALF_BYTES, words, scaleAt + HALF_BYTES, tables, tableAt, totals, totalAt + TABLE);
  }

  private static void lookUpHalfGroup(MemorySegment weights, long at, int words, long scaleAt, MemorySegment tables, long tableAt,
      float[] totals, int totalAt) {
    ShortVector a01 = ShortVector.zero(SHORTS);
    ShortVector aLast = a01;
    ShortVector b01 = a01;
    ShortVector bLast = a01;
    for (int word = 0; word < words; word++) {
      long wordAt = at + (long) word * WORD_BYTES;
      long table = tableAt + (long) word * WORD_TABLE_BYTES;
      IntVector a = ShortVector.fromMemorySegment(SHORTS, weights, wordAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      ShortVector low = ShortVector.fromMemorySegment(SHORTS, tables, table, ByteOrder.LITTLE_ENDIAN);
      ShortVector high = ShortVector.fromMemorySegment(SHORTS, tables, table + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      a01 = a01.add(a.reinterpretAsShorts().selectFrom(low, high));
      b01 = b01.add(b.reinterpretAsShorts().selectFrom(low, high));
      low = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = ShortVector.fromMemorySegment(SHORTS, tables, table + TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      a01 = a01.add(a.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
      b01 = b01.add(b.lanewise(VectorOperators.LSHR, INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
      low = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
      high = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
      aLast = aLast.add(a.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
      bLast = bLast.add(b.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).reinterpretAsShorts().selectFrom(low, high));
    }
    IntVector aFirst = a01.reinterpretAsInts();
    IntVector aSecond = aLast.reinterpretAsInts();
    IntVector aScales = ShortVector.fromMemorySegment(SHORTS, weights, scaleAt, ByteOrder.LITTLE_ENDIAN).reinterpretAsInts();
    ((FloatVector) aFirst.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(aSecond.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(aScales.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt)).intoArray(totals, totalAt);
    ((FloatVector) aFirst.lanewise(VectorOperators.ASHR, Short.SIZE).add(aSecond.lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(aScales.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt + ODD_ROWS))
        .intoArray(totals, totalAt + ODD_ROWS);
    IntVector bFirst = b01.reinterpretAsInts();
    IntVector bSecond = bLast.reinterpretAsInts();
    IntVector bScales = ShortVector.fromMemorySegment(SHORTS, weights, scaleAt + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN)
        .reinterpretAsInts();
    ((FloatVector) bFirst.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(bSecond.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(bScales.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.LSHR, Short.SIZE - HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt + INT_LANES))
        .intoArray(totals, totalAt + INT_LANES);
    ((FloatVector) bFirst.lanewise(VectorOperators.ASHR, Short.SIZE).add(bSecond.lanewise(VectorOperators.ASHR, Short.SIZE))
        .convertShape(VectorOperators.I2F, FLOATS, 0))
        .fma(bScales.lanewise(VectorOperators.LSHR, Short.SIZE).lanewise(VectorOperators.LSHL, HALF_SHIFT)
            .reinterpretAsFloats().mul(HALF_UNIT), FloatVector.fromArray(FLOATS, totals, totalAt + INT_LANES + ODD_ROWS))
        .intoArray(totals, totalAt + INT_LANES + ODD_ROWS);
  }

  static void lookUpTokens(
      MemorySegment weights, long at, int words, MemorySegment tables, long tableAt, long stride, short[] lanes) {
    if (BY_BYTES) {
      lookUpHalfForTokens(weights, at, BytePlanes.PLANE, words, tables, tableAt, stride, lanes, 0, TABLE);
      lookUpHalfForTokens(weights, at + VECTOR_BYTES, BytePlanes.PLANE, words, tables, tableAt, stride, lanes, LANES, TABLE);
    } else {
      lookUpHalfForTokens(weights, at, VECTOR_BYTES, words, tables, tableAt, stride, lanes, 0, LANES);
      lookUpHalfForTokens(weights, at + HALF_BYTES, VECTOR_BYTES, words, tables, tableAt, stride, lanes, TABLE, LANES);
    }
  }

  /**
   * Two vectors of words, or of {@link BytePlanes}, whose even bytes are those of the first half of the panel.
   *
   * @param second how far behind the first vector the second one lies
   * @param between from the sums of the first vector, or of the even bytes, to those of the other
   */
  private static void lookUpHalfForTokens(MemorySegment weights, long at, int second, int words, MemorySegment tables,
      long tableAt, long stride, short[] lanes, int laneAt, int between) {
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
      IntVector b = ShortVector.fromMemorySegment(SHORTS, weights, wordAt + second, ByteOrder.LITTLE_ENDIAN)
          .reinterpretAsInts();
      IntVector third = BY_BYTES
          ? a.lanewise(VectorOperators.LSHR, BytePlanes.LOW_SHIFT).lanewise(
              VectorOperators.BITWISE_BLEND, b.lanewise(VectorOperators.LSHR, BytePlanes.HIGH_SHIFT), BytePlanes.HIGH_BITS)
          : a;
      for (int i = 0; i < WORD_TABLES; i++) {
        ShortVector indexA = (BY_BYTES ? i == 0 ? a : i == 1 ? b : third : a.lanewise(VectorOperators.LSHR, i * INDEX_BITS))
            .reinterpretAsShorts();
        ShortVector indexB = BY_BYTES
            ? indexA.reinterpretAsInts().lanewise(VectorOperators.LSHR, Byte.SIZE).reinterpretAsShorts()
            : b.lanewise(VectorOperators.LSHR, i * INDEX_BITS).reinterpretAsShorts();
        ShortVector low = ShortVector.fromMemorySegment(SHORTS, tables, table + i * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
        ShortVector high = ShortVector.fromMemorySegment(
            SHORTS, tables, table + i * TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        a0 = a0.add(indexA.selectFrom(low, high));
        b0 = b0.add(indexB.selectFrom(low, high));
        low = ShortVector.fromMemorySegment(SHORTS, tables, table + stride + i * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
        high = ShortVector.fromMemorySegment(
            SHORTS, tables, table + stride + i * TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        a1 = a1.add(indexA.selectFrom(low, high));
        b1 = b1.add(indexB.selectFrom(low, high));
        low = ShortVector.fromMemorySegment(SHORTS, tables, table + 2 * stride + i * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
        high = ShortVector.fromMemorySegment(
            SHORTS, tables, table + 2 * stride + i * TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        a2 = a2.add(indexA.selectFrom(low, high));
        b2 = b2.add(indexB.selectFrom(low, high));
        low = ShortVector.fromMemorySegment(SHORTS, tables, table + 3 * stride + i * TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
        high = ShortVector.fromMemorySegment(
            SHORTS, tables, table + 3 * stride + i * TABLE_BYTES + VECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        a3 = a3.add(indexA.selectFrom(low, high));
        b3 = b3.add(indexB.selectFrom(low, high));
      }
    }
    a0.intoArray(lanes, laneAt);
    b0.intoArray(lanes, laneAt + between);
    a1.intoArray(lanes, laneAt + PANEL_ROWS);
    b1.intoArray(lanes, laneAt + PANEL_ROWS + between);
    a2.intoArray(lanes, laneAt + 2 * PANEL_ROWS);
    b2.intoArray(lanes, laneAt + 2 * PANEL_ROWS + between);
    a3.intoArray(lanes, laneAt + 3 * PANEL_ROWS);
    b3.intoArray(lanes, laneAt + 3 * PANEL_ROWS + between);
  }
}
