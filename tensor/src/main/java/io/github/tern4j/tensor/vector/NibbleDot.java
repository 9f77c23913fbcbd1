package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.HALF_SHORTS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.SHORTS;

import io.github.tern4j.tensor.dense.NibblePlane;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The innermost loops of products with a {@link NibblePlane}: sums of groups with rounded activations.
 *
 * <p>Shifted by {@code 4 s} and masked, 16 words of weights hold one weight in each short; activations lie in planes to meet
 * them ({@link NibbleInput}). Weights are multiplied as they are stored, as code + 8, and sums start at -8 times the sum of
 * their activations. A short takes all 16 products of its group: they may overflow on the way, but the sum of codes does not.
 *
 * <p>Narrower vectors go over the block once for each group of the {@link Summation#LANES}: then {@code at} lies a word further
 * for each lane, {@code xAt} two shorts, and {@code to} an int.
 */
final class NibbleDot {

  /** Shorts of a plane. */
  static final int PLANE = 2 * Summation.LANES;

  /** Planes of a block of activations. */
  static final int PLANES = NibblePlane.BLOCK_COLUMNS / PLANE;

  /** Shorts of a block of activations: its planes, then the starts of its sums. */
  static final int BLOCK_SHORTS = (PLANES + 1) * PLANE;

  private static final int VECTOR_BYTES = Summation.LANES * Integer.BYTES;
  private static final int VECTORS = NibblePlane.BLOCK_BYTES / VECTOR_BYTES;

  /** Planes that meet 16 words. */
  private static final int SLOTS = PLANES / VECTORS;

  /** The low code of both shorts of a word: shifting words costs one instruction, shifting shorts three. */
  private static final int CODE_MASK = 0x000F000F;

  private static final int CODE_BITS = 4;

  private NibbleDot() {}

  /** Sums of the groups of a block of up to 16 rows: of row r to {@code sums[to + r LANES]} and behind. */
  static void multiply(MemorySegment weight, long at, int rows, short[] x, int xAt, int[] sums, int to) {
    for (int row = 0; row < rows; row++) {
      long from = at + row * NibblePlane.BLOCK_BYTES;
      ShortVector sum = ShortVector.fromArray(SHORTS, x, xAt + PLANES * PLANE);
      for (int vector = 0; vector < VECTORS; vector++) {
        sum = add(sum, load(weight, from + vector * VECTOR_BYTES), x, xAt + vector * SLOTS * PLANE);
      }
      widen(sum).intoArray(sums, to + row * Summation.LANES);
    }
  }

  private static IntVector load(MemorySegment weight, long at) {
    return IntVector.fromMemorySegment(INTS, weight, at, ByteOrder.LITTLE_ENDIAN);
  }

  private static ShortVector add(ShortVector sum, IntVector words, short[] x, int at) {
    ShortVector weights0 = words.and(CODE_MASK).reinterpretAsShorts();
    ShortVector weights1 = words.lanewise(VectorOperators.LSHR, CODE_BITS).and(CODE_MASK).reinterpretAsShorts();
    ShortVector weights2 = words.lanewise(VectorOperators.LSHR, 2 * CODE_BITS).and(CODE_MASK).reinterpretAsShorts();
    ShortVector weights3 = words.lanewise(VectorOperators.LSHR, 3 * CODE_BITS).and(CODE_MASK).reinterpretAsShorts();
    return sum.add(weights0.mul(ShortVector.fromArray(SHORTS, x, at)))
        .add(weights1.mul(ShortVector.fromArray(SHORTS, x, at + PLANE)))
        .add(weights2.mul(ShortVector.fromArray(SHORTS, x, at + 2 * PLANE)))
        .add(weights3.mul(ShortVector.fromArray(SHORTS, x, at + 3 * PLANE)));
  }

  private static IntVector widen(ShortVector sum) {
    IntVector pairs = sum.reinterpretAsInts();
    return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
  }

  /** Adds a block of rows to lane totals: {@code t_rl = fma((float) sums[at + 16 r + l], xScales[xScaleAt + l], t_rl)}. */
  static void scale(int[] sums, int at, int rows, float[] xScales, int xScaleAt, float[] totals, int to) {
    FloatVector xScale = FloatVector.fromArray(FLOATS, xScales, xScaleAt);
    for (int row = 0; row < rows; row++) {
      int i = row * Summation.LANES;
      FloatVector sum = (FloatVector) IntVector.fromArray(INTS, sums, at + i).convertShape(VectorOperators.I2F, FLOATS, 0);
      sum.fma(xScale, FloatVector.fromArray(FLOATS, totals, to + i)).intoArray(totals, to + i);
    }
  }

  /**
   * {@code sums[at + i] = 16 sums[at + i] + sums[lowAt + i] + shift_l} for a block of rows.
   *
   * @param shifts of the lanes, each in two shorts, the lower one first
   */
  static void join(int[] sums, int at, int lowAt, int rows, short[] shifts, int shiftAt) {
    IntVector shift = ShortVector.fromArray(SHORTS, shifts, shiftAt).reinterpretAsInts();
    for (int row = 0; row < rows; row++) {
      int i = row * Summation.LANES;
      IntVector low = IntVector.fromArray(INTS, sums, lowAt + i).add(shift);
      IntVector.fromArray(INTS, sums, at + i).lanewise(VectorOperators.LSHL, CODE_BITS).add(low).intoArray(sums, at + i);
    }
  }

  /**
   * Adds a block of rows to lane totals: {@code t_rl = fma((float) sums[at + 16 r + l], scale_rl xScales[xScaleAt + l], t_rl)}.
   *
   * @param scales BF16
   */
  static void scale(int[] sums, int at, int rows, MemorySegment scales, long scaleAt, float[] xScales, int xScaleAt,
      float[] totals, int to) {
    FloatVector xScale = FloatVector.fromArray(FLOATS, xScales, xScaleAt);
    for (int row = 0; row < rows; row++) {
      int i = row * Summation.LANES;
      FloatVector sum = (FloatVector) IntVector.fromArray(INTS, sums, at + i).convertShape(VectorOperators.I2F, FLOATS, 0);
      FloatVector scale = ShortVector.fromMemorySegment(HALF_SHORTS, scales, scaleAt + i * Short.BYTES, ByteOrder.LITTLE_ENDIAN)
          .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0).reinterpretAsInts()
          .lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
      sum.fma(scale.mul(xScale), FloatVector.fromArray(FLOATS, totals, to + i)).intoArray(totals, to + i);
    }
  }
}
