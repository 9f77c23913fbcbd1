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
 * The innermost loops of the BF16 product: partial sums of four weight rows with one or two rows of x, whose even and odd
 * elements lie in two runs. One row of x meets the weights in their memory, two meet widened copies. An int of the weight holds
 * an even element in its lower half and the next odd one in its upper half.
 *
 * <p>Each call sums one group of lanes; narrower vectors go over the rows, which are in the first-level cache by then, once for
 * each group of the {@link Summation#LANES}.
 */
final class Bf16Tile {

  /** Weight rows of a tile. */
  static final int OUTPUTS = 4;

  /** Elements of a weight row that one step takes. */
  static final int STEP = 2 * Summation.LANES;

  /** Bytes of them. */
  private static final int STEP_BYTES = STEP * Short.BYTES;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** Leaves the upper half: an odd element as a float. */
  private static final int ODD = 0xFFFF0000;

  /** Brings the lower half up: an even element as a float. */
  private static final int EVEN = 16;

  private Bf16Tile() {}

  /**
   * Partial sums of one row of x.
   *
   * @param weight at {@code at} the first of four rows, {@code rowBytes} apart
   * @param x the even elements from {@code even} on, the odd ones from {@code odd} on
   * @param steps whole steps of a row
   * @param partial even sums of output o from {@code STEP o + lane} on, odd ones {@link Summation#LANES} behind
   */
  static void multiply(MemorySegment weight, long at, long rowBytes, float[] x, int even, int odd, int steps, float[] partial,
      int lane) {
    FloatVector even0 = FloatVector.zero(FLOATS);
    FloatVector even1 = FloatVector.zero(FLOATS);
    FloatVector even2 = FloatVector.zero(FLOATS);
    FloatVector even3 = FloatVector.zero(FLOATS);
    FloatVector odd0 = FloatVector.zero(FLOATS);
    FloatVector odd1 = FloatVector.zero(FLOATS);
    FloatVector odd2 = FloatVector.zero(FLOATS);
    FloatVector odd3 = FloatVector.zero(FLOATS);
    for (int step = 0; step < steps; step++) {
      long from = at + (long) step * STEP_BYTES;
      FloatVector xEven = FloatVector.fromArray(FLOATS, x, even + step * Summation.LANES);
      FloatVector xOdd = FloatVector.fromArray(FLOATS, x, odd + step * Summation.LANES);
      IntVector w0 = IntVector.fromMemorySegment(INTS, weight, from, ORDER);
      even0 = xEven.fma(even(w0), even0);
      odd0 = xOdd.fma(odd(w0), odd0);
      IntVector w1 = IntVector.fromMemorySegment(INTS, weight, from + rowBytes, ORDER);
      even1 = xEven.fma(even(w1), even1);
      odd1 = xOdd.fma(odd(w1), odd1);
      IntVector w2 = IntVector.fromMemorySegment(INTS, weight, from + 2 * rowBytes, ORDER);
      even2 = xEven.fma(even(w2), even2);
      odd2 = xOdd.fma(odd(w2), odd2);
      IntVector w3 = IntVector.fromMemorySegment(INTS, weight, from + 3 * rowBytes, ORDER);
      even3 = xEven.fma(even(w3), even3);
      odd3 = xOdd.fma(odd(w3), odd3);
    }
    even0.intoArray(partial, lane);
    odd0.intoArray(partial, lane + Summation.LANES);
    even1.intoArray(partial, lane + STEP);
    odd1.intoArray(partial, lane + STEP + Summation.LANES);
    even2.intoArray(partial, lane + 2 * STEP);
    odd2.intoArray(partial, lane + 2 * STEP + Summation.LANES);
    even3.intoArray(partial, lane + 3 * STEP);
    odd3.intoArray(partial, lane + 3 * STEP + Summation.LANES);
  }

  /**
   * Widens whole steps of four weight rows for several rows of x. (Widening inside {@link #multiplyTwo} is one load from memory
   * segments for each weight row too many: the JIT stopped inlining and put all vectors on the heap.)
   *
   * @param wide even elements of output o from {@code 2 o length} on, odd ones {@code length} behind, with
   *     {@code length = LANES steps}
   */
  static void widen(MemorySegment weight, long at, long rowBytes, int steps, float[] wide) {
    int length = Summation.LANES * steps;
    for (int output = 0; output < OUTPUTS; output++) {
      widenRow(weight, at + output * rowBytes, length, wide, 2 * output * length);
    }
  }

  private static void widenRow(MemorySegment weight, long at, int length, float[] wide, int to) {
    for (int i = 0; i < length; i += INTS.length()) {
      IntVector pairs = IntVector.fromMemorySegment(INTS, weight, at + (long) i * Integer.BYTES, ORDER);
      even(pairs).intoArray(wide, to + i);
      odd(pairs).intoArray(wide, to + length + i);
    }
  }

  /**
   * Partial sums of two rows of x with four {@linkplain #widen widened} weight rows.
   *
   * @param wide the weight rows
   * @param x the first row: even elements from {@code even} on, odd ones from {@code odd} on; the second lies {@code nextX}
   *     behind
   * @param partial as for {@link #multiply}; the second row's sums lie {@code OUTPUTS STEP} behind
   */
  static void multiplyTwo(float[] wide, float[] x, int even, int odd, int nextX, int steps, float[] partial, int lane) {
    int length = Summation.LANES * steps;
    FloatVector evenA0 = FloatVector.zero(FLOATS);
    FloatVector evenA1 = FloatVector.zero(FLOATS);
    FloatVector evenA2 = FloatVector.zero(FLOATS);
    FloatVector evenA3 = FloatVector.zero(FLOATS);
    FloatVector oddA0 = FloatVector.zero(FLOATS);
    FloatVector oddA1 = FloatVector.zero(FLOATS);
    FloatVector oddA2 = FloatVector.zero(FLOATS);
    FloatVector oddA3 = FloatVector.zero(FLOATS);
    FloatVector evenB0 = FloatVector.zero(FLOATS);
    FloatVector evenB1 = FloatVector.zero(FLOATS);
    FloatVector evenB2 = FloatVector.zero(FLOATS);
    FloatVector evenB3 = FloatVector.zero(FLOATS);
    FloatVector oddB0 = FloatVector.zero(FLOATS);
    FloatVector oddB1 = FloatVector.zero(FLOATS);
    FloatVector oddB2 = FloatVector.zero(FLOATS);
    FloatVector oddB3 = FloatVector.zero(FLOATS);
    for (int i = 0; i < length; i += Summation.LANES) {
      FloatVector evenA = FloatVector.fromArray(FLOATS, x, even + i);
      FloatVector oddA = FloatVector.fromArray(FLOATS, x, odd + i);
      FloatVector evenB = FloatVector.fromArray(FLOATS, x, even + nextX + i);
      FloatVector oddB = FloatVector.fromArray(FLOATS, x, odd + nextX + i);
      FloatVector even0 = FloatVector.fromArray(FLOATS, wide, lane + i);
      evenA0 = evenA.fma(even0, evenA0);
      evenB0 = evenB.fma(even0, evenB0);
      FloatVector odd0 = FloatVector.fromArray(FLOATS, wide, length + lane + i);
      oddA0 = oddA.fma(odd0, oddA0);
      oddB0 = oddB.fma(odd0, oddB0);
      FloatVector even1 = FloatVector.fromArray(FLOATS, wide, 2 * length + lane + i);
      evenA1 = evenA.fma(even1, evenA1);
      evenB1 = evenB.fma(even1, evenB1);
      FloatVector odd1 = FloatVector.fromArray(FLOATS, wide, 3 * length + lane + i);
      oddA1 = oddA.fma(odd1, oddA1);
      oddB1 = oddB.fma(odd1, oddB1);
      FloatVector even2 = FloatVector.fromArray(FLOATS, wide, 4 * length + lane + i);
      evenA2 = evenA.fma(even2, evenA2);
      evenB2 = evenB.fma(even2, evenB2);
      FloatVector odd2 = FloatVector.fromArray(FLOATS, wide, 5 * length + lane + i);
      oddA2 = oddA.fma(odd2, oddA2);
      oddB2 = oddB.fma(odd2, oddB2);
      FloatVector even3 = FloatVector.fromArray(FLOATS, wide, 6 * length + lane + i);
      evenA3 = evenA.fma(even3, evenA3);
      evenB3 = evenB.fma(even3, evenB3);
      FloatVector odd3 = FloatVector.fromArray(FLOATS, wide, 7 * length + lane + i);
      oddA3 = oddA.fma(odd3, oddA3);
      oddB3 = oddB.fma(odd3, oddB3);
    }
    int second = OUTPUTS * STEP + lane;
    evenA0.intoArray(partial, lane);
    oddA0.intoArray(partial, lane + Summation.LANES);
    evenA1.intoArray(partial, lane + STEP);
    oddA1.intoArray(partial, lane + STEP + Summation.LANES);
    evenA2.intoArray(partial, lane + 2 * STEP);
    oddA2.intoArray(partial, lane + 2 * STEP + Summation.LANES);
    evenA3.intoArray(partial, lane + 3 * STEP);
    oddA3.intoArray(partial, lane + 3 * STEP + Summation.LANES);
    evenB0.intoArray(partial, second);
    oddB0.intoArray(partial, second + Summation.LANES);
    evenB1.intoArray(partial, second + STEP);
    oddB1.intoArray(partial, second + STEP + Summation.LANES);
    evenB2.intoArray(partial, second + 2 * STEP);
    oddB2.intoArray(partial, second + 2 * STEP + Summation.LANES);
    evenB3.intoArray(partial, second + 3 * STEP);
    oddB3.intoArray(partial, second + 3 * STEP + Summation.LANES);
  }

  private static FloatVector even(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, EVEN).reinterpretAsFloats();
  }

  private static FloatVector odd(IntVector pairs) {
    return pairs.and(ODD).reinterpretAsFloats();
  }
}
