package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;

import io.github.tern4j.tensor.cache.KeyValueBlocks;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The innermost loops of {@link VectorCachedAttention}: sums of rows of {@link KeyValueBlocks}, each times its factor,
 * {@code sums[i] += factor[r] rows[r][i]} for the {@link KeyValueBlocks#BLOCK} elements i of a row, ascending in r by fma. For
 * scores, a row is a dimension and its factor that of the query; for the mixed values a row is a token and its factor the
 * probability.
 *
 * <p>One method for each format, written out, with the four parts of a row in four sums. Narrower vectors go over the rows once
 * for each {@code lane}, the first of those of a part that they hold.
 */
final class CachedRows {

  private static final int UPPER_HALF = 0xFFFF0000;
  private static final int PART_BYTES = KeyValueBlocks.LANES * Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private CachedRows() {}

  /** F32: the parts follow each other. */
  static void f32(MemorySegment rows, long at, long stride, float[] factors, int factorAt, int count, float[] sums, int to, int lane) {
    FloatVector s0 = FloatVector.fromArray(FLOATS, sums, to + lane);
    FloatVector s1 = FloatVector.fromArray(FLOATS, sums, to + lane + KeyValueBlocks.LANES);
    FloatVector s2 = FloatVector.fromArray(FLOATS, sums, to + lane + 2 * KeyValueBlocks.LANES);
    FloatVector s3 = FloatVector.fromArray(FLOATS, sums, to + lane + 3 * KeyValueBlocks.LANES);
    long first = at + (long) lane * Float.BYTES;
    for (int row = 0; row < count; row++) {
      long from = first + row * stride;
      FloatVector factor = FloatVector.broadcast(FLOATS, factors[factorAt + row]);
      s0 = factor.fma(FloatVector.fromMemorySegment(FLOATS, rows, from, ORDER), s0);
      s1 = factor.fma(FloatVector.fromMemorySegment(FLOATS, rows, from + PART_BYTES, ORDER), s1);
      s2 = factor.fma(FloatVector.fromMemorySegment(FLOATS, rows, from + 2 * PART_BYTES, ORDER), s2);
      s3 = factor.fma(FloatVector.fromMemorySegment(FLOATS, rows, from + 3 * PART_BYTES, ORDER), s3);
    }
    s0.intoArray(sums, to + lane);
    s1.intoArray(sums, to + lane + KeyValueBlocks.LANES);
    s2.intoArray(sums, to + lane + 2 * KeyValueBlocks.LANES);
    s3.intoArray(sums, to + lane + 3 * KeyValueBlocks.LANES);
  }

  /** One part alone of F32: the others of the rows are not read. */
  static void f32Part(MemorySegment rows, long at, long stride, float[] factors, int factorAt, int count, float[] sums, int to) {
    FloatVector sum = FloatVector.fromArray(FLOATS, sums, to);
    for (int row = 0; row < count; row++) {
      sum = FloatVector.broadcast(FLOATS, factors[factorAt + row])
          .fma(FloatVector.fromMemorySegment(FLOATS, rows, at + row * stride, ORDER), sum);
    }
    sum.intoArray(sums, to);
  }

  /**
   * BF16: two parts in the halves of words, widened without {@link WordWidening}: in a caller so large that the JIT inlines
   * nothing but the Vector API any more, a call of our own puts its vectors on the heap.
   */
  static void bf16(MemorySegment rows, long at, long stride, float[] factors, int factorAt, int count, float[] sums, int to, int lane) {
    FloatVector s0 = FloatVector.fromArray(FLOATS, sums, to + lane);
    FloatVector s1 = FloatVector.fromArray(FLOATS, sums, to + lane + KeyValueBlocks.LANES);
    FloatVector s2 = FloatVector.fromArray(FLOATS, sums, to + lane + 2 * KeyValueBlocks.LANES);
    FloatVector s3 = FloatVector.fromArray(FLOATS, sums, to + lane + 3 * KeyValueBlocks.LANES);
    long first = at + (long) lane * Integer.BYTES;
    for (int row = 0; row < count; row++) {
      long from = first + row * stride;
      FloatVector factor = FloatVector.broadcast(FLOATS, factors[factorAt + row]);
      IntVector low = IntVector.fromMemorySegment(INTS, rows, from, ORDER);
      IntVector high = IntVector.fromMemorySegment(INTS, rows, from + PART_BYTES, ORDER);
      s0 = factor.fma(low.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), s0);
      s1 = factor.fma(low.and(UPPER_HALF).reinterpretAsFloats(), s1);
      s2 = factor.fma(high.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), s2);
      s3 = factor.fma(high.and(UPPER_HALF).reinterpretAsFloats(), s3);
    }
    s0.intoArray(sums, to + lane);
    s1.intoArray(sums, to + lane + KeyValueBlocks.LANES);
    s2.intoArray(sums, to + lane + 2 * KeyValueBlocks.LANES);
    s3.intoArray(sums, to + lane + 3 * KeyValueBlocks.LANES);
  }

  /** INT8 with a scale for each element of the rows: keys. */
  static void int8Keys(MemorySegment rows, long at, long stride, float[] factors, int factorAt, int count, float[] scales,
      int scaleAt, float[] sums, int to, int lane) {
    FloatVector s0 = FloatVector.fromArray(FLOATS, sums, to + lane);
    FloatVector s1 = FloatVector.fromArray(FLOATS, sums, to + lane + KeyValueBlocks.LANES);
    FloatVector s2 = FloatVector.fromArray(FLOATS, sums, to + lane + 2 * KeyValueBlocks.LANES);
    FloatVector s3 = FloatVector.fromArray(FLOATS, sums, to + lane + 3 * KeyValueBlocks.LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, scales, scaleAt + lane);
    FloatVector c1 = FloatVector.fromArray(FLOATS, scales, scaleAt + lane + KeyValueBlocks.LANES);
    FloatVector c2 = FloatVector.fromArray(FLOATS, scales, scaleAt + lane + 2 * KeyValueBlocks.LANES);
    FloatVector c3 = FloatVector.fromArray(FLOATS, scales, scaleAt + lane + 3 * KeyValueBlocks.LANES);
    long first = at + (long) lane * Integer.BYTES;
    for (int row = 0; row < count; row++) {
      FloatVector factor = FloatVector.broadcast(FLOATS, factors[factorAt + row]);
      IntVector words = IntVector.fromMemorySegment(INTS, rows, first + row * stride, ORDER);
      s0 = factor.fma(WordWidening.byte0(words).mul(c0), s0);
      s1 = factor.fma(WordWidening.byte1(words).mul(c1), s1);
      s2 = factor.fma(WordWidening.byte2(words).mul(c2), s2);
      s3 = factor.fma(WordWidening.byte3(words).mul(c3), s3);
    }
    s0.intoArray(sums, to + lane);
    s1.intoArray(sums, to + lane + KeyValueBlocks.LANES);
    s2.intoArray(sums, to + lane + 2 * KeyValueBlocks.LANES);
    s3.intoArray(sums, to + lane + 3 * KeyValueBlocks.LANES);
  }

  /** INT8 with a scale for each row: values. */
  static void int8Values(MemorySegment rows, long at, long stride, float[] factors, int factorAt, int count, float[] scales,
      int scaleAt, float[] sums, int to, int lane) {
    FloatVector s0 = FloatVector.fromArray(FLOATS, sums, to + lane);
    FloatVector s1 = FloatVector.fromArray(FLOATS, sums, to + lane + KeyValueBlocks.LANES);
    FloatVector s2 = FloatVector.fromArray(FLOATS, sums, to + lane + 2 * KeyValueBlocks.LANES);
    FloatVector s3 = FloatVector.fromArray(FLOATS, sums, to + lane + 3 * KeyValueBlocks.LANES);
    long first = at + (long) lane * Integer.BYTES;
    for (int row = 0; row < count; row++) {
      FloatVector factor = FloatVector.broadcast(FLOATS, factors[factorAt + row]);
      FloatVector scale = FloatVector.broadcast(FLOATS, scales[scaleAt + row]);
      IntVector words = IntVector.fromMemorySegment(INTS, rows, first + row * stride, ORDER);
      s0 = factor.fma(WordWidening.byte0(words).mul(scale), s0);
      s1 = factor.fma(WordWidening.byte1(words).mul(scale), s1);
      s2 = factor.fma(WordWidening.byte2(words).mul(scale), s2);
      s3 = factor.fma(WordWidening.byte3(words).mul(scale), s3);
    }
    s0.intoArray(sums, to + lane);
    s1.intoArray(sums, to + lane + KeyValueBlocks.LANES);
    s2.intoArray(sums, to + lane + 2 * KeyValueBlocks.LANES);
    s3.intoArray(sums, to + lane + 3 * KeyValueBlocks.LANES);
  }
}
