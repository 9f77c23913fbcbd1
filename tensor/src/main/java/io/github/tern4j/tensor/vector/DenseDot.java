package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;

import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The innermost loops of dense products with one row of x: lane sums of four weight rows, whose words are widened in registers.
 *
 * <p>x is {@linkplain DenseRows#arrange arranged}: for each step of 16 words, first what meets the first element of all words,
 * then the second. Narrower vectors go over the rows, which are in the first-level cache by then, once for each group of the
 * {@link Summation#LANES}. One method for each format, written out: a switch or a call inside the loop costs the registers.
 *
 * <p>All methods have the same parameters: the first of four weight rows of {@code steps} whole steps begins at {@code at},
 * {@code rowBytes} before the next one; x begins at {@code xAt}; lane l of row r is put to
 * {@code sums[to + r LANES + l]}. For a group of lanes other than the first, {@code at}, {@code xAt} and {@code to} lie further.
 */
final class DenseDot {

  /** Weight rows of a call. */
  static final int OUTPUTS = 4;

  /** Bytes of a step of a weight row. */
  private static final int STEP_BYTES = Summation.LANES * Integer.BYTES;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private DenseDot() {}

  /** F32: a word is an element. */
  static void f32(MemorySegment weight, long at, long rowBytes, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + step * Summation.LANES);
      sum0 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from, ORDER), sum0);
      sum1 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from + rowBytes, ORDER), sum1);
      sum2 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from + 2 * rowBytes, ORDER), sum2);
      sum3 = x0.fma(FloatVector.fromMemorySegment(FLOATS, weight, from + 3 * rowBytes, ORDER), sum3);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + Summation.LANES);
    sum2.intoArray(sums, to + 2 * Summation.LANES);
    sum3.intoArray(sums, to + 3 * Summation.LANES);
  }

  /** BF16: an even element in the lower half of a word, the next odd one in the upper half. */
  static void bf16(MemorySegment weight, long at, long rowBytes, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 2 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (2 * step + 1) * Summation.LANES);
      IntVector words0 = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      sum0 = x0.fma(WordWidening.lowBf16(words0), sum0);
      sum0 = x1.fma(WordWidening.highBf16(words0), sum0);
      IntVector words1 = IntVector.fromMemorySegment(INTS, weight, from + rowBytes, ORDER);
      sum1 = x0.fma(WordWidening.lowBf16(words1), sum1);
      sum1 = x1.fma(WordWidening.highBf16(words1), sum1);
      IntVector words2 = IntVector.fromMemorySegment(INTS, weight, from + 2 * rowBytes, ORDER);
      sum2 = x0.fma(WordWidening.lowBf16(words2), sum2);
      sum2 = x1.fma(WordWidening.highBf16(words2), sum2);
      IntVector words3 = IntVector.fromMemorySegment(INTS, weight, from + 3 * rowBytes, ORDER);
      sum3 = x0.fma(WordWidening.lowBf16(words3), sum3);
      sum3 = x1.fma(WordWidening.highBf16(words3), sum3);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + Summation.LANES);
    sum2.intoArray(sums, to + 2 * Summation.LANES);
    sum3.intoArray(sums, to + 3 * Summation.LANES);
  }

  /** F16, halves as in BF16. */
  static void f16(MemorySegment weight, long at, long rowBytes, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 2 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (2 * step + 1) * Summation.LANES);
      IntVector words0 = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      sum0 = x0.fma(WordWidening.lowF16(words0), sum0);
      sum0 = x1.fma(WordWidening.highF16(words0), sum0);
      IntVector words1 = IntVector.fromMemorySegment(INTS, weight, from + rowBytes, ORDER);
      sum1 = x0.fma(WordWidening.lowF16(words1), sum1);
      sum1 = x1.fma(WordWidening.highF16(words1), sum1);
      IntVector words2 = IntVector.fromMemorySegment(INTS, weight, from + 2 * rowBytes, ORDER);
      sum2 = x0.fma(WordWidening.lowF16(words2), sum2);
      sum2 = x1.fma(WordWidening.highF16(words2), sum2);
      IntVector words3 = IntVector.fromMemorySegment(INTS, weight, from + 3 * rowBytes, ORDER);
      sum3 = x0.fma(WordWidening.lowF16(words3), sum3);
      sum3 = x1.fma(WordWidening.highF16(words3), sum3);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + Summation.LANES);
    sum2.intoArray(sums, to + 2 * Summation.LANES);
    sum3.intoArray(sums, to + 3 * Summation.LANES);
  }

  /** Signed bytes. */
  static void int8(MemorySegment weight, long at, long rowBytes, float[] x, int xAt, int steps, float[] sums, int to) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + 4 * step * Summation.LANES);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + (4 * step + 1) * Summation.LANES);
      FloatVector x2 = FloatVector.fromArray(FLOATS, x, xAt + (4 * step + 2) * Summation.LANES);
      FloatVector x3 = FloatVector.fromArray(FLOATS, x, xAt + (4 * step + 3) * Summation.LANES);
      IntVector words0 = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      sum0 = x0.fma(WordWidening.byte0(words0), sum0);
      sum0 = x1.fma(WordWidening.byte1(words0), sum0);
      sum0 = x2.fma(WordWidening.byte2(words0), sum0);
      sum0 = x3.fma(WordWidening.byte3(words0), sum0);
      IntVector words1 = IntVector.fromMemorySegment(INTS, weight, from + rowBytes, ORDER);
      sum1 = x0.fma(WordWidening.byte0(words1), sum1);
      sum1 = x1.fma(WordWidening.byte1(words1), sum1);
      sum1 = x2.fma(WordWidening.byte2(words1), sum1);
      sum1 = x3.fma(WordWidening.byte3(words1), sum1);
      IntVector words2 = IntVector.fromMemorySegment(INTS, weight, from + 2 * rowBytes, ORDER);
      sum2 = x0.fma(WordWidening.byte0(words2), sum2);
      sum2 = x1.fma(WordWidening.byte1(words2), sum2);
      sum2 = x2.fma(WordWidening.byte2(words2), sum2);
      sum2 = x3.fma(WordWidening.byte3(words2), sum2);
      IntVector words3 = IntVector.fromMemorySegment(INTS, weight, from + 3 * rowBytes, ORDER);
      sum3 = x0.fma(WordWidening.byte0(words3), sum3);
      sum3 = x1.fma(WordWidening.byte1(words3), sum3);
      sum3 = x2.fma(WordWidening.byte2(words3), sum3);
      sum3 = x3.fma(WordWidening.byte3(words3), sum3);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + Summation.LANES);
    sum2.intoArray(sums, to + 2 * Summation.LANES);
    sum3.intoArray(sums, to + 3 * Summation.LANES);
  }
}
