package io.github.tern4j.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The elements of words of 32 bits as floats, lane by lane. */
final class WordWidening {

  /** The bits of the upper half of a word. */
  static final int UPPER_HALF = 0xFFFF0000;

  /** Sign, and the 15 other bits of an F16 moved down by the 3 bits that its exponent is shorter. */
  static final int F16_BITS = 0x8FFFE000;

  /** Bits by which the exponent of an F16 is shorter than that of an F32. */
  static final int F16_EXPONENT_DIFFERENCE = 3;

  /** Turns the exponent bias of F16 into that of F32, of subnormal numbers too: 127 - 15. */
  static final float F16_BIAS = 0x1p112f;

  private WordWidening() {}

  static FloatVector lowBf16(IntVector words) {
    return words.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
  }

  static FloatVector highBf16(IntVector words) {
    return words.and(UPPER_HALF).reinterpretAsFloats();
  }

  static FloatVector lowF16(IntVector words) {
    return highF16(words.lanewise(VectorOperators.LSHL, Short.SIZE));
  }

  static FloatVector highF16(IntVector words) {
    return words.lanewise(VectorOperators.ASHR, F16_EXPONENT_DIFFERENCE).and(F16_BITS).reinterpretAsFloats().mul(F16_BIAS);
  }

  static FloatVector byte0(IntVector words) {
    return byte3(words.lanewise(VectorOperators.LSHL, 3 * Byte.SIZE));
  }

  static FloatVector byte1(IntVector words) {
    return byte3(words.lanewise(VectorOperators.LSHL, 2 * Byte.SIZE));
  }

  static FloatVector byte2(IntVector words) {
    return byte3(words.lanewise(VectorOperators.LSHL, Byte.SIZE));
  }

  static FloatVector byte3(IntVector words) {
    return (FloatVector) words.lanewise(VectorOperators.ASHR, 3 * Byte.SIZE)
        .convertShape(VectorOperators.I2F, VectorWidth.FLOATS, 0);
  }
}
