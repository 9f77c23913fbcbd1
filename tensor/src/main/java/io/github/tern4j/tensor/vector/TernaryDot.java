package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Inner products of int8 activations with weights of two bits, stored as 0, 1 or 2.
 *
 * <p>A vector of packed weights is a vector of shorts with {@value #SLOTS} weights each, so lane l holds the columns
 * {@code 8 l .. 8 l + 7} of its block. Shifted by {@code 2 s} and masked, it holds weight s of each lane: activations lie in
 * planes by s to meet it, padded with zeros to whole vectors. Products are at most 256 in magnitude, so a short takes the
 * 8 x {@value #VECTORS_PER_SUM} of as many vectors before it has to be widened.
 */
final class TernaryDot {

  /** Weights of a short. */
  static final int SLOTS = 8;

  /** Tokens that share the unpacking of weights. */
  static final int TOKENS = 4;

  /** Rows that share the loads of activations. */
  static final int ROWS = 4;

  private static final int VECTORS_PER_SUM = 15;
  /** Shorts of a vector. */
  static final int LANES = VectorWidth.BITS / Short.SIZE;
  private static final int BLOCK_COLUMNS = SLOTS * LANES;
  private static final int BLOCK_BYTES = VectorWidth.BITS / Byte.SIZE;
  /** The low code of both shorts of an int: shifting ints costs one instruction, shifting shorts three. */
  private static final int CODE_MASK = 0x00030003;

  private TernaryDot() {}

  /** Shorts that the activations of one token take. */
  static int planeSize(int columns) {
    return Math.ceilDiv(columns, BLOCK_COLUMNS) * BLOCK_COLUMNS;
  }

  /** Lays out the activations of one token: block by block, {@code planes[to + s * LANES + l] = codes[at + 8 l + s]}. */
  static void layOut(MemorySegment codes, long at, int columns, short[] planes, int to) {
    Arrays.fill(planes, to, to + planeSize(columns), (short) 0);
    for (int column = 0; column < columns; column++) {
      planes[to + place(column)] = codes.get(ValueLayout.JAVA_BYTE, at + column);
    }
  }

  private static int place(int column) {
    int inBlock = column % BLOCK_COLUMNS;
    return column - inBlock + inBlock % SLOTS * LANES + inBlock / SLOTS;
  }

  /** The sum over all columns for one token. */
  static int dot(MemorySegment weights, long weightAt, int columns, short[] planes, int planeAt) {
    int blocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
    int sum = 0;
    for (int block = 0; block < blocks; block += VECTORS_PER_SUM) {
      int last = Math.min(blocks, block + VECTORS_PER_SUM);
      sum += dotBlocks(weights, weightAt, bytes(columns), block, last, planes, planeAt);
    }
    return sum;
  }

  private static int bytes(int columns) {
    return Math.ceilDiv(columns, 4);
  }

  private static int dotBlocks(MemorySegment weights, long weightAt, int bytes, int first, int last, short[] planes, int planeAt) {
    ShortVector sum = ShortVector.zero(SHORTS);
    for (int block = first; block < last; block++) {
      IntVector packed = load(weights, weightAt, bytes, block);
      int at = planeAt + block * BLOCK_COLUMNS;
      ShortVector weights0 = packed.and(CODE_MASK).reinterpretAsShorts();
      sum = weights0.mul(ShortVector.fromArray(SHORTS, planes, at)).add(sum);
      ShortVector weights1 = packed.lanewise(VectorOperators.LSHR, 2).and(CODE_MASK).reinterpretAsShorts();
      sum = weights1.mul(ShortVector.fromArray(SHORTS, planes, at + LANES)).add(sum);
      ShortVector weights2 = packed.lanewise(VectorOperators.LSHR, 4).and(CODE_MASK).reinterpretAsShorts();
      sum = weights2.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * LANES)).add(sum);
      ShortVector weights3 = packed.lanewise(VectorOperators.LSHR, 6).and(CODE_MASK).reinterpretAsShorts();
      sum = weights3.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * LANES)).add(sum);
      ShortVector weights4 = packed.lanewise(VectorOperators.LSHR, 8).and(CODE_MASK).reinterpretAsShorts();
      sum = weights4.mul(ShortVector.fromArray(SHORTS, planes, at + 4 * LANES)).add(sum);
      ShortVector weights5 = packed.lanewise(VectorOperators.LSHR, 10).and(CODE_MASK).reinterpretAsShorts();
      sum = weights5.mul(ShortVector.fromArray(SHORTS, planes, at + 5 * LANES)).add(sum);
      ShortVector weights6 = packed.lanewise(VectorOperators.LSHR, 12).and(CODE_MASK).reinterpretAsShorts();
      sum = weights6.mul(ShortVector.fromArray(SHORTS, planes, at + 6 * LANES)).add(sum);
      ShortVector weights7 = packed.lanewise(VectorOperators.LSHR, 14).and(CODE_MASK).reinterpretAsShorts();
      sum = weights7.mul(ShortVector.fromArray(SHORTS, planes, at + 7 * LANES)).add(sum);
    }
    return widen(sum).reduceLanes(VectorOperators.ADD);
  }

  /**
   * The sums over all columns for {@value #TOKENS} tokens whose planes are {@code stride} apart.
   *
   * @param lanes working memory of a vector for each token
   */
  static void dotTokens(MemorySegment weights, long weightAt, int columns, short[] planes, int planeAt, int stride, short[] lanes, int[] sums) {
    Arrays.fill(sums, 0);
    int blocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
    for (int block = 0; block < blocks; block += VECTORS_PER_SUM) {
      int last = Math.min(blocks, block + VECTORS_PER_SUM);
      addBlocks(weights, weightAt, bytes(columns), block, last, planes, planeAt, stride, lanes);
      for (int token = 0; token < TOKENS; token++) {
        sums[token] += sumOfLanes(lanes, token * LANES);
      }
    }
  }

  /**
   * The sums over all columns of {@value #ROWS} rows for one token: loads of activations are shared.
   *
   * @param lanes working memory of a vector for each row
   */
  static void dotRows(MemorySegment weights, long weightAt, int columns, short[] planes, int planeAt, short[] lanes, int[] sums) {
    Arrays.fill(sums, 0);
    int blocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
    for (int block = 0; block < blocks; block += VECTORS_PER_SUM) {
      int last = Math.min(blocks, block + VECTORS_PER_SUM);
      addRows(weights, weightAt, bytes(columns), block, last, planes, planeAt, lanes);
      for (int row = 0; row < ROWS; row++) {
        sums[row] += sumOfLanes(lanes, row * LANES);
      }
    }
  }

  private static void addRows(
      MemorySegment weights, long weightAt, int bytes, int first, int last, short[] planes, int planeAt, short[] lanes) {
    ShortVector sum0 = ShortVector.zero(SHORTS);
    ShortVector sum1 = sum0;
    ShortVector sum2 = sum0;
    ShortVector sum3 = sum0;
    for (int block = first; block < last; block++) {
      IntVector packed0 = load(weights, weightAt, bytes, block);
      IntVector packed1 = load(weights, weightAt + bytes, bytes, block);
      IntVector packed2 = load(weights, weightAt + 2L * bytes, bytes, block);
      IntVector packed3 = load(weights, weightAt + 3L * bytes, bytes, block);
      int at = planeAt + block * BLOCK_COLUMNS;
      for (int slot = 0; slot < SLOTS; slot++) {
        ShortVector plane = ShortVector.fromArray(SHORTS, planes, at + slot * LANES);
        sum0 = packed0.lanewise(VectorOperators.LSHR, 2 * slot).and(CODE_MASK).reinterpretAsShorts().mul(plane).add(sum0);
        sum1 = packed1.lanewise(VectorOperators.LSHR, 2 * slot).and(CODE_MASK).reinterpretAsShorts().mul(plane).add(sum1);
        sum2 = packed2.lanewise(VectorOperators.LSHR, 2 * slot).and(CODE_MASK).reinterpretAsShorts().mul(plane).add(sum2);
        sum3 = packed3.lanewise(VectorOperators.LSHR, 2 * slot).and(CODE_MASK).reinterpretAsShorts().mul(plane).add(sum3);
      }
    }
    sum0.intoArray(lanes, 0);
    sum1.intoArray(lanes, LANES);
    sum2.intoArray(lanes, 2 * LANES);
    sum3.intoArray(lanes, 3 * LANES);
  }

  private static int sumOfLanes(short[] lanes, int at) {
    return widen(ShortVector.fromArray(SHORTS, lanes, at)).reduceLanes(VectorOperators.ADD);
  }

  private static void addBlocks(MemorySegment weights, long weightAt, int bytes, int first, int last, short[] planes, int planeAt,
      int stride, short[] lanes) {
    ShortVector sum0 = ShortVector.zero(SHORTS);
    ShortVector sum1 = sum0;
    ShortVector sum2 = sum0;
    ShortVector sum3 = sum0;
    for (int block = first; block < last; block++) {
      IntVector packed = load(weights, weightAt, bytes, block);
      int at = planeAt + block * BLOCK_COLUMNS;
      ShortVector weights0 = packed.and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights0.mul(ShortVector.fromArray(SHORTS, planes, at)).add(sum0);
      sum1 = weights0.mul(ShortVector.fromArray(SHORTS, planes, at + stride)).add(sum1);
      sum2 = weights0.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride)).add(sum2);
      sum3 = weights0.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride)).add(sum3);
      ShortVector weights1 = packed.lanewise(VectorOperators.LSHR, 2).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights1.mul(ShortVector.fromArray(SHORTS, planes, at + LANES)).add(sum0);
      sum1 = weights1.mul(ShortVector.fromArray(SHORTS, planes, at + stride + LANES)).add(sum1);
      sum2 = weights1.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + LANES)).add(sum2);
      sum3 = weights1.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + LANES)).add(sum3);
      ShortVector weights2 = packed.lanewise(VectorOperators.LSHR, 4).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights2.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * LANES)).add(sum0);
      sum1 = weights2.mul(ShortVector.fromArray(SHORTS, planes, at + stride + 2 * LANES)).add(sum1);
      sum2 = weights2.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + 2 * LANES)).add(sum2);
      sum3 = weights2.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + 2 * LANES)).add(sum3);
      ShortVector weights3 = packed.lanewise(VectorOperators.LSHR, 6).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights3.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * LANES)).add(sum0);
      sum1 = weights3.mul(ShortVector.fromArray(SHORTS, planes, at + stride + 3 * LANES)).add(sum1);
      sum2 = weights3.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + 3 * LANES)).add(sum2);
      sum3 = weights3.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + 3 * LANES)).add(sum3);
      ShortVector weights4 = packed.lanewise(VectorOperators.LSHR, 8).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights4.mul(ShortVector.fromArray(SHORTS, planes, at + 4 * LANES)).add(sum0);
      sum1 = weights4.mul(ShortVector.fromArray(SHORTS, planes, at + stride + 4 * LANES)).add(sum1);
      sum2 = weights4.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + 4 * LANES)).add(sum2);
      sum3 = weights4.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + 4 * LANES)).add(sum3);
      ShortVector weights5 = packed.lanewise(VectorOperators.LSHR, 10).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights5.mul(ShortVector.fromArray(SHORTS, planes, at + 5 * LANES)).add(sum0);
      sum1 = weights5.mul(ShortVector.fromArray(SHORTS, planes, at + stride + 5 * LANES)).add(sum1);
      sum2 = weights5.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + 5 * LANES)).add(sum2);
      sum3 = weights5.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + 5 * LANES)).add(sum3);
      ShortVector weights6 = packed.lanewise(VectorOperators.LSHR, 12).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights6.mul(ShortVector.fromArray(SHORTS, planes, at + 6 * LANES)).add(sum0);
      sum1 = weights6.mul(ShortVector.fromArray(SHORTS, planes, at + stride + 6 * LANES)).add(sum1);
      sum2 = weights6.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + 6 * LANES)).add(sum2);
      sum3 = weights6.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + 6 * LANES)).add(sum3);
      ShortVector weights7 = packed.lanewise(VectorOperators.LSHR, 14).and(CODE_MASK).reinterpretAsShorts();
      sum0 = weights7.mul(ShortVector.fromArray(SHORTS, planes, at + 7 * LANES)).add(sum0);
      sum1 = weights7.mul(ShortVector.fromArray(SHORTS, planes, at + stride + 7 * LANES)).add(sum1);
      sum2 = weights7.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * stride + 7 * LANES)).add(sum2);
      sum3 = weights7.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * stride + 7 * LANES)).add(sum3);
    }
    sum0.intoArray(lanes, 0);
    sum1.intoArray(lanes, LANES);
    sum2.intoArray(lanes, 2 * LANES);
    sum3.intoArray(lanes, 3 * LANES);
  }

  /** Sums of every eight columns for one token. */
  static void octets(MemorySegment weights, long weightAt, int columns, short[] planes, int planeAt, short[] octets) {
    int blocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
    int bytes = bytes(columns);
    for (int block = 0; block < blocks; block++) {
      IntVector packed = load(weights, weightAt, bytes, block);
      int at = planeAt + block * BLOCK_COLUMNS;
      ShortVector sum = ShortVector.zero(SHORTS);
      ShortVector weights0 = packed.and(CODE_MASK).reinterpretAsShorts();
      sum = weights0.mul(ShortVector.fromArray(SHORTS, planes, at)).add(sum);
      ShortVector weights1 = packed.lanewise(VectorOperators.LSHR, 2).and(CODE_MASK).reinterpretAsShorts();
      sum = weights1.mul(ShortVector.fromArray(SHORTS, planes, at + LANES)).add(sum);
      ShortVector weights2 = packed.lanewise(VectorOperators.LSHR, 4).and(CODE_MASK).reinterpretAsShorts();
      sum = weights2.mul(ShortVector.fromArray(SHORTS, planes, at + 2 * LANES)).add(sum);
      ShortVector weights3 = packed.lanewise(VectorOperators.LSHR, 6).and(CODE_MASK).reinterpretAsShorts();
      sum = weights3.mul(ShortVector.fromArray(SHORTS, planes, at + 3 * LANES)).add(sum);
      ShortVector weights4 = packed.lanewise(VectorOperators.LSHR, 8).and(CODE_MASK).reinterpretAsShorts();
      sum = weights4.mul(ShortVector.fromArray(SHORTS, planes, at + 4 * LANES)).add(sum);
      ShortVector weights5 = packed.lanewise(VectorOperators.LSHR, 10).and(CODE_MASK).reinterpretAsShorts();
      sum = weights5.mul(ShortVector.fromArray(SHORTS, planes, at + 5 * LANES)).add(sum);
      ShortVector weights6 = packed.lanewise(VectorOperators.LSHR, 12).and(CODE_MASK).reinterpretAsShorts();
      sum = weights6.mul(ShortVector.fromArray(SHORTS, planes, at + 6 * LANES)).add(sum);
      ShortVector weights7 = packed.lanewise(VectorOperators.LSHR, 14).and(CODE_MASK).reinterpretAsShorts();
      sum = weights7.mul(ShortVector.fromArray(SHORTS, planes, at + 7 * LANES)).add(sum);
      sum.intoArray(octets, block * LANES);
    }
  }

  /** The sum of octets {@code from} to {@code to}. */
  static int sumOfOctets(short[] octets, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += octets[i];
    }
    return sum;
  }

  /** The sum over columns {@code from} to {@code to} for one token, weight by weight: for groups that cut a short. */
  static int dotOfColumns(MemorySegment weights, long weightAt, int from, int to, short[] planes, int planeAt) {
    int sum = 0;
    for (int column = from; column < to; column++) {
      int packed = weights.get(ValueLayout.JAVA_BYTE, weightAt + column / 4);
      sum += planes[planeAt + place(column)] * (packed >> 2 * (column % 4) & 3);
    }
    return sum;
  }

  /** A vector of packed weights; the last one of a row may reach beyond the end of the matrix and is cut. */
  private static IntVector load(MemorySegment weights, long weightAt, int bytes, int block) {
    int at = block * BLOCK_BYTES;
    ByteVector packed = at + BLOCK_BYTES <= bytes
        ? ByteVector.fromMemorySegment(BYTES, weights, weightAt + at, ByteOrder.LITTLE_ENDIAN)
        : ByteVector.fromMemorySegment(BYTES, weights, weightAt + at, ByteOrder.LITTLE_ENDIAN, BYTES.indexInRange(at, bytes));
    return packed.reinterpretAsInts();
  }

  private static IntVector widen(ShortVector sum) {
    IntVector pairs = sum.reinterpretAsInts();
    return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
  }
}
