package io.github.tern4j.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector species of all kernels in this package: static finals, because the JIT turns vectors into registers only where it
 * knows their shape.
 *
 * <p>The width is the widest the CPU has (at most 512 and at least 128 bits, so that it divides the
 * {@value io.github.tern4j.tensor.kernel.Summation#LANES} lanes of a row sum); tests force a narrower one with the system
 * property {@code tern4j.vectorBits}.
 */
final class VectorWidth {

  /** Width in bits: 128, 256 or 512. */
  static final int BITS = bits();

  /** Lanes of 32 bits. */
  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));

  /** The same lanes as integers. */
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));

  /** The same width in shorts. */
  static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS));

  /** The same width in bytes. */
  static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(BITS));

  /** Half the width in bytes: what widens to a vector of shorts. */
  static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(BITS / 2));

  /** Half the width in shorts: what widens to a vector of 32-bit lanes. */
  static final VectorSpecies<Short> HALF_SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));

  /** Number of 32-bit lanes. */
  static final int LANES = BITS / Float.SIZE;

  /** Four floats: the unit in which matrices are packed, whatever the width. */
  static final VectorSpecies<Float> FOUR_FLOATS = FloatVector.SPECIES_128;

  /** Four integers. */
  static final VectorSpecies<Integer> FOUR_INTS = IntVector.SPECIES_128;

  private VectorWidth() {}

  private static int bits() {
    int preferred = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
    int wanted = Integer.getInteger("tern4j.vectorBits", preferred);
    if (wanted != 128 && wanted != 256 && wanted != 512) {
      throw new IllegalArgumentException("tern4j.vectorBits: " + wanted + "; expected 128, 256 or 512");
    }
    return wanted;
  }
}
