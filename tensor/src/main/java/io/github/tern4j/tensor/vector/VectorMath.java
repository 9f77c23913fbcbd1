package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.kernel.FloatMath.EXP_OVERFLOW;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_P0;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_P1;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_P2;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_P3;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_P4;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_P5;
import static io.github.tern4j.tensor.kernel.FloatMath.EXP_UNDERFLOW;
import static io.github.tern4j.tensor.kernel.FloatMath.LN2_HIGH;
import static io.github.tern4j.tensor.kernel.FloatMath.LN2_LOW;
import static io.github.tern4j.tensor.kernel.FloatMath.LOG2_E;
import static io.github.tern4j.tensor.kernel.FloatMath.ROUNDING_SHIFT;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;

import io.github.tern4j.tensor.kernel.FloatMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The functions of {@link FloatMath}, lane by lane with the same operations and so the same bits.
 *
 * <p>An exponential takes most of the nodes after which the JIT inlines nothing but the Vector API itself into a method. So these
 * functions call no helpers, a loop has at most one of them, and what it calls of our own it calls before.
 */
final class VectorMath {

  private static final int SHIFT_BITS = Float.floatToRawIntBits(ROUNDING_SHIFT);
  private static final int EXPONENT_BIAS = 127;
  private static final int MANTISSA_BITS = 23;

  private VectorMath() {}

  /** {@link FloatMath#exp}. */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, ROUNDING_SHIFT);
    FloatVector n = shifted.sub(ROUNDING_SHIFT);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
    FloatVector p = r.fma(EXP_P0, EXP_P1);
    p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P2));
    p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P3));
    p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P4));
    p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P5));
    FloatVector y = p.fma(r.mul(r), r).add(1);
    // The low bits of the shifted number are n itself, without the conversion's care for NaN.
    IntVector exponent = shifted.reinterpretAsInts().sub(SHIFT_BITS);
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    IntVector rest = exponent.sub(half);
    FloatVector result = y.mul(half.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats())
        .mul(rest.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats());
    return result.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_OVERFLOW))
        .blend(0, x.compare(VectorOperators.LT, EXP_UNDERFLOW));
  }

  /** The nearest integers, ties to even, of magnitudes below 2^22; zero has no sign and NaN becomes 0, as in a conversion to int. */
  static FloatVector rint(FloatVector x) {
    FloatVector rounded = x.add(ROUNDING_SHIFT).sub(ROUNDING_SHIFT);
    return rounded.blend(0, x.test(VectorOperators.IS_NAN));
  }

  /** {@link FloatMath#sigmoid}. */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    return one.div(exp(x.neg()).add(one));
  }

  /** {@link FloatMath#tanh}. */
  static FloatVector tanh(FloatVector x) {
    FloatVector outer = sigmoid(x.mul(2)).mul(2).sub(1);
    FloatVector z = x.mul(x);
    FloatVector p = z.fma(-5.70498872745e-3f, 2.06390887954e-2f);
    p = p.fma(z, FloatVector.broadcast(FLOATS, -5.37397155531e-2f));
    p = p.fma(z, FloatVector.broadcast(FLOATS, 1.33314422036e-1f));
    p = p.fma(z, FloatVector.broadcast(FLOATS, -3.33332819422e-1f));
    FloatVector inner = p.mul(z).fma(x, x);
    VectorMask<Float> isOuter = x.abs().compare(VectorOperators.GT, 0.625f);
    return inner.blend(outer, isOuter);
  }
}
