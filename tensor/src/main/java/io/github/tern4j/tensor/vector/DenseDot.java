package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;

import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The innermost loops of dense products: lane sums of one weight row with one row of x, the weight's words being widened in
 * registers.
 *
 * <p>Four rows of a block at a time, each a stream of its own ({@link LaneFold#STREAMS}); of F16 two, since of four the JIT put
 * the vectors on the heap.
 *
 * <p>x is {@linkplain DenseRows#arrange arranged}: for each step of 16 words, first what meets the first element of all words,
 * then the second. Narrower vectors go over the row, which is in the first-level cache by then, once for each group of the
 * {@link Summation#LANES}. One method for each format, and those for several rows written out: a switch inside the loop costs
 * the registers, and calls are not inlined in every Java process, which puts vectors on the heap.
 *
 * <p>All methods have the same parameters: {@code steps} whole steps of a weight row begin at {@code at}, x at {@code xAt}; lane
 * l is put to {@code sums[to + l]}. For a group of lanes other than the first, {@code at}, {@code xAt} and {@code to} lie
 * further. Several rows lie {@code rowStride} bytes apart, their sums {@code stride}.
 */
final class DenseDot {

  /** Bytes of a step of a weight row. */
  private static final int STEP_BYTES = Summation.LANES * Integer.BYTES;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private DenseDot() {}

  /** F32: a word is an element. */
  static void f32(MemorySegment weight, long at, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + step * Summation.LANES);
      sum = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from, ORDER), sum);
    }
    sum.intoArray(sums, to);
  }

  /** BF16: an even element in the lower half of a word, the next odd one in the upper half. */
  static void bf16(MemorySegment weight, long at, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 2 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (2 * step + 1) * Summation.LANES);
      IntVector words = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      sum = x0.fma(WordWidening.lowBf16(words), sum);
      sum = x1.fma(WordWidening.highBf16(words), sum);
    }
    sum.intoArray(sums, to);
  }

  /** F16, halves as in BF16. */
  static void f16(MemorySegment weight, long at, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 2 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (2 * step + 1) * Summation.LANES);
      IntVector words = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      sum = x0.fma(WordWidening.lowF16(words), sum);
      sum = x1.fma(WordWidening.highF16(words), sum);
    }
    sum.intoArray(sums, to);
  }

  /** F32, {@value LaneFold#STREAMS} weight rows at once. */
  static void f32Rows(MemorySegment weight, long at, long rowStride, float[] x, int xAt, int steps, float[] sums, int to,
      int stride) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + step * Summation.LANES);
      sum0 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from, ORDER), sum0);
      sum1 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from + rowStride, ORDER), sum1);
      sum2 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from + 2 * rowStride, ORDER), sum2);
      sum3 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from + 3 * rowStride, ORDER), sum3);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + stride);
    sum2.intoArray(sums, to + 2 * stride);
    sum3.intoArray(sums, to + 3 * stride);
  }

  /** BF16, {@value LaneFold#STREAMS} weight rows at once. */
  static void bf16Rows(MemorySegment weight, long at, long rowStride, float[] x, int xAt, int steps, float[] sums, int to,
      int stride) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 2 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (2 * step + 1) * Summation.LANES);
      IntVector words0 = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      sum0 = x0.fma(words0.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum0);
      sum0 = x1.fma(words0.and(WordWidening.UPPER_HALF).reinterpretAsFloats(), sum0);
      IntVector words1 = IntVector.fromMemorySegment(INTS, weight, from + rowStride, ORDER);
      sum1 = x0.fma(words1.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum1);
      sum1 = x1.fma(words1.and(WordWidening.UPPER_HALF).reinterpretAsFloats(), sum1);
      IntVector words2 = IntVector.fromMemorySegment(INTS, weight, from + 2 * rowStride, ORDER);
      sum2 = x0.fma(words2.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum2);
      sum2 = x1.fma(words2.and(WordWidening.UPPER_HALF).reinterpretAsFloats(), sum2);
      IntVector words3 = IntVector.fromMemorySegment(INTS, weight, from + 3 * rowStride, ORDER);
      sum3 = x0.fma(words3.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum3);
      sum3 = x1.fma(words3.and(WordWidening.UPPER_HALF).reinterpretAsFloats(), sum3);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + stride);
    sum2.intoArray(sums, to + 2 * stride);
    sum3.intoArray(sums, to + 3 * stride);
  }

  /** F16, two weight rows at once. */
  static void f16Rows(MemorySegment weight, long at, long rowStride, float[] x, int xAt, int steps, float[] sums, int to,
      int stride) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 2 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (2 * step + 1) * Summation.LANES);
      IntVector words0 = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      IntVector low0 = words0.lanewise(VectorOperators.LSHL, Short.SIZE)
          .lanewise(VectorOperators.ASHR, WordWidening.F16_EXPONENT_DIFFERENCE).and(WordWidening.F16_BITS);
      sum0 = x0.fma(low0.reinterpretAsFloats().mul(WordWidening.F16_BIAS), sum0);
      IntVector high0 = words0.lanewise(VectorOperators.ASHR, WordWidening.F16_EXPONENT_DIFFERENCE).and(WordWidening.F16_BITS);
      sum0 = x1.fma(high0.reinterpretAsFloats().mul(WordWidening.F16_BIAS), sum0);
      IntVector words1 = IntVector.fromMemorySegment(INTS, weight, from + rowStride, ORDER);
      IntVector low1 = words1.lanewise(VectorOperators.LSHL, Short.SIZE)
          .lanewise(VectorOperators.ASHR, WordWidening.F16_EXPONENT_DIFFERENCE).and(WordWidening.F16_BITS);
      sum1 = x0.fma(low1.reinterpretAsFloats().mul(WordWidening.F16_BIAS), sum1);
      IntVector high1 = words1.lanewise(VectorOperators.ASHR, WordWidening.F16_EXPONENT_DIFFERENCE).and(WordWidening.F16_BITS);
      sum1 = x1.fma(high1.reinterpretAsFloats().mul(WordWidening.F16_BIAS), sum1);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + stride);
  }
}
