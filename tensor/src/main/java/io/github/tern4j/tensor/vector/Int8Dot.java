package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.HALF_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The innermost loops of products with {@link io.github.tern4j.tensor.dense.Int8Matrix}: lane sums of one weight row with rounded
 * activations.
 *
 * <p>Bytes are widened to shorts, whose products with activations fit a short. Two neighbours are an int lane, and 2^15 is added
 * to the even one, which is then not negative: {@code raw} adds the pairs as they are, {@code 2^16 odd + even + 2^15} modulo
 * 2^32, and {@code odds} the upper halves. So widening costs one shift.
 *
 * <p>A step is {@value #STEP_COLUMNS} columns. Narrower vectors go over the row once for each group of the
 * {@link Summation#LANES}; then {@code at} and {@code xAt} lie two columns further for each lane.
 */
final class Int8Dot {

  /** Columns of a step: twice those that have one column of each pair in all lanes. */
  static final int STEP_COLUMNS = 4 * Summation.LANES;

  /** Columns of half a step. */
  private static final int HALF = STEP_COLUMNS / 2;

  /** What makes the lower short of an int a number that is not negative: flipping its sign adds as much. */
  private static final int BIAS = 1 << 15;

  private Int8Dot() {}

  /** Lane sums over {@code steps} whole steps to {@code sums[to]} and behind. */
  static void multiply(MemorySegment weight, long at, short[] x, int xAt, int steps, int[] sums, int to) {
    IntVector raw = IntVector.zero(INTS);
    IntVector odds = raw;
    for (int step = 0; step < steps; step++) {
      int column = step * STEP_COLUMNS;
      IntVector first = widen(weight, at + column).mul(ShortVector.fromArray(SHORTS, x, xAt + column)).reinterpretAsInts();
      IntVector second = widen(weight, at + column + HALF).mul(ShortVector.fromArray(SHORTS, x, xAt + column + HALF))
          .reinterpretAsInts();
      raw = raw.add(first.lanewise(VectorOperators.XOR, BIAS)).add(second.lanewise(VectorOperators.XOR, BIAS));
      odds = odds.add(odd(first)).add(odd(second));
    }
    raw.sub(odds.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds).sub(2 * steps * BIAS).intoArray(sums, to);
  }

  /**
   * As {@link #multiply} for {@value LaneFold#STREAMS} weight rows, which lie {@code rowStride} bytes apart, and their sums
   * {@code stride}: from memory they arrive faster than one after the other. Written out as {@link DenseDot} is.
   */
  static void multiplyRows(MemorySegment weight, long at, long rowStride, short[] x, int xAt, int steps, int[] sums, int to,
      int stride) {
    IntVector raw0 = IntVector.zero(INTS);
    IntVector raw1 = raw0;
    IntVector raw2 = raw0;
    IntVector raw3 = raw0;
    IntVector odds0 = raw0;
    IntVector odds1 = raw0;
    IntVector odds2 = raw0;
    IntVector odds3 = raw0;
    for (int step = 0; step < 2 * steps; step++) {
      int column = step * HALF;
      long from = at + column;
      ShortVector codes = ShortVector.fromArray(SHORTS, x, xAt + column);
      ByteVector bytes0 = ByteVector.fromMemorySegment(HALF_BYTES, weight, from, ByteOrder.LITTLE_ENDIAN);
      IntVector pairs0 = ((ShortVector) bytes0.convertShape(VectorOperators.B2S, SHORTS, 0)).mul(codes).reinterpretAsInts();
      raw0 = raw0.add(pairs0.lanewise(VectorOperators.XOR, BIAS));
      odds0 = odds0.add(pairs0.lanewise(VectorOperators.ASHR, Short.SIZE));
      ByteVector bytes1 = ByteVector.fromMemorySegment(HALF_BYTES, weight, from + rowStride, ByteOrder.LITTLE_ENDIAN);
      IntVector pairs1 = ((ShortVector) bytes1.convertShape(VectorOperators.B2S, SHORTS, 0)).mul(codes).reinterpretAsInts();
      raw1 = raw1.add(pairs1.lanewise(VectorOperators.XOR, BIAS));
      odds1 = odds1.add(pairs1.lanewise(VectorOperators.ASHR, Short.SIZE));
      ByteVector bytes2 = ByteVector.fromMemorySegment(HALF_BYTES, weight, from + 2 * rowStride, ByteOrder.LITTLE_ENDIAN);
      IntVector pairs2 = ((ShortVector) bytes2.convertShape(VectorOperators.B2S, SHORTS, 0)).mul(codes).reinterpretAsInts();
      raw2 = raw2.add(pairs2.lanewise(VectorOperators.XOR, BIAS));
      odds2 = odds2.add(pairs2.lanewise(VectorOperators.ASHR, Short.SIZE));
      ByteVector bytes3 = ByteVector.fromMemorySegment(HALF_BYTES, weight, from + 3 * rowStride, ByteOrder.LITTLE_ENDIAN);
      IntVector pairs3 = ((ShortVector) bytes3.convertShape(VectorOperators.B2S, SHORTS, 0)).mul(codes).reinterpretAsInts();
      raw3 = raw3.add(pairs3.lanewise(VectorOperators.XOR, BIAS));
      odds3 = odds3.add(pairs3.lanewise(VectorOperators.ASHR, Short.SIZE));
    }
    int bias = 2 * steps * BIAS;
    raw0.sub(odds0.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds0).sub(bias).intoArray(sums, to);
    raw1.sub(odds1.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds1).sub(bias).intoArray(sums, to + stride);
    raw2.sub(odds2.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds2).sub(bias).intoArray(sums, to + 2 * stride);
    raw3.sub(odds3.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds3).sub(bias).intoArray(sums, to + 3 * stride);
  }

  /**
   * As {@link #multiply} for {@value IntegerRows#TOKENS} rows of x, which lie {@code xStride} apart, and their sums
   * {@code stride}. Written out as {@link #multiplyRows} is.
   */
  static void multiplyTokens(MemorySegment weight, long at, short[] x, int xAt, int xStride, int steps, int[] sums, int to,
      int stride) {
    IntVector raw0 = IntVector.zero(INTS);
    IntVector raw1 = raw0;
    IntVector raw2 = raw0;
    IntVector raw3 = raw0;
    IntVector odds0 = raw0;
    IntVector odds1 = raw0;
    IntVector odds2 = raw0;
    IntVector odds3 = raw0;
    for (int step = 0; step < 2 * steps; step++) {
      int column = step * HALF;
      ByteVector bytes = ByteVector.fromMemorySegment(HALF_BYTES, weight, at + column, ByteOrder.LITTLE_ENDIAN);
      ShortVector weights = (ShortVector) bytes.convertShape(VectorOperators.B2S, SHORTS, 0);
      IntVector pairs0 = weights.mul(ShortVector.fromArray(SHORTS, x, xAt + column)).reinterpretAsInts();
      raw0 = raw0.add(pairs0.lanewise(VectorOperators.XOR, BIAS));
      odds0 = odds0.add(pairs0.lanewise(VectorOperators.ASHR, Short.SIZE));
      IntVector pairs1 = weights.mul(ShortVector.fromArray(SHORTS, x, xAt + xStride + column)).reinterpretAsInts();
      raw1 = raw1.add(pairs1.lanewise(VectorOperators.XOR, BIAS));
      odds1 = odds1.add(pairs1.lanewise(VectorOperators.ASHR, Short.SIZE));
      IntVector pairs2 = weights.mul(ShortVector.fromArray(SHORTS, x, xAt + 2 * xStride + column)).reinterpretAsInts();
      raw2 = raw2.add(pairs2.lanewise(VectorOperators.XOR, BIAS));
      odds2 = odds2.add(pairs2.lanewise(VectorOperators.ASHR, Short.SIZE));
      IntVector pairs3 = weights.mul(ShortVector.fromArray(SHORTS, x, xAt + 3 * xStride + column)).reinterpretAsInts();
      raw3 = raw3.add(pairs3.lanewise(VectorOperators.XOR, BIAS));
      odds3 = odds3.add(pairs3.lanewise(VectorOperators.ASHR, Short.SIZE));
    }
    int bias = 2 * steps * BIAS;
    raw0.sub(odds0.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds0).sub(bias).intoArray(sums, to);
    raw1.sub(odds1.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds1).sub(bias).intoArray(sums, to + stride);
    raw2.sub(odds2.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds2).sub(bias).intoArray(sums, to + 2 * stride);
    raw3.sub(odds3.lanewise(VectorOperators.LSHL, Short.SIZE)).add(odds3).sub(bias).intoArray(sums, to + 3 * stride);
  }

  /** {@code scaled[l] = (float) sums[l] scales[scaleAt + l mod LANES]} for the lanes of {@code rows} weight rows. */
  static void scale(int[] sums, int at, int rows, float[] scales, int scaleAt, float[] scaled) {
    for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
      FloatVector factors = FloatVector.fromArray(FLOATS, scales, scaleAt + lane);
      for (int row = 0; row < rows; row++) {
        int i = row * Summation.LANES + lane;
        ((FloatVector) IntVector.fromArray(INTS, sums, at + i).convertShape(VectorOperators.I2F, FLOATS, 0)).mul(factors)
            .intoArray(scaled, i);
      }
    }
  }

  private static ShortVector widen(MemorySegment weight, long at) {
    return (ShortVector) ByteVector.fromMemorySegment(HALF_BYTES, weight, at, ByteOrder.LITTLE_ENDIAN)
        .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  private static IntVector odd(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, Short.SIZE);
  }
}
