package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.FloatMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link ActivationQuantizerKernel}, parallel over rows. */
final class VectorActivationQuantizer implements ActivationQuantizerKernel {

  /** Codes are stored by fours: each access to native memory is checked. */
  private static final ValueLayout.OfInt FOUR_BYTES = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bytes of the narrowest vector. */
  private static final int LEAST_BYTES = 8;

  /** As many bytes as there are lanes, where they are enough for a vector. */
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Byte.SIZE * Math.max(LEAST_BYTES, LANES)));

  private final Workers workers;
  private final Scratch rowScratch = new Scratch();

  VectorActivationQuantizer(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void fakeQuantize(Tensor x, EpsilonRule rule, float eps, Tensor out, Tensor gamma) {
    ActivationQuantizerKernel.checkFakeQuantize(x, out, gamma);
    int n = x.dim(-1);
    Ranges.rows(workers, x.shape().rows(), n, (first, last) -> {
      for (int row = first; row < last; row++) {
        int from = x.arrayOffset() + row * n;
        float largest = Rows.maxMagnitude(x.array(), from, n);
        gamma.array()[gamma.arrayOffset() + row] = largest;
        float factor = LARGEST_CODE / rule.divisor(largest, eps);
        quantize(x.array(), from, factor, largest / LARGEST_CODE, n, out.array(), out.arrayOffset() + row * n);
      }
    });
  }

  @Override
  public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    ActivationQuantizerKernel.checkCodes(x, codes, gamma);
    int n = x.dim(-1);
    Ranges.rows(workers, x.shape().rows(), n, (first, last) -> {
      float[] values = rowScratch.atLeast(n);
      for (int row = first; row < last; row++) {
        int from = x.arrayOffset() + row * n;
        float largest = Rows.maxMagnitude(x.array(), from, n);
        gamma.array()[gamma.arrayOffset() + row] = largest;
        float factor = LARGEST_CODE / rule.divisor(largest, eps);
        codes(x.array(), from, factor, n, values, codes.segment(), codes.elementOffset() + (long) row * n);
      }
    });
  }

  /** {@code out_i = clip(rint(x_i factor)) step}; clipping first is the same, since the limits are integers. */
  static void quantize(float[] x, int from, float factor, float step, int n, float[] out, int to) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector scaled = Lanes.load(x, from + i).mul(factor);
      FloatVector code = VectorMath.rint(scaled.max(SMALLEST_CODE).min(LARGEST_CODE));
      code.mul(step).intoArray(out, to + i);
    }
    for (; i < n; i++) {
      int code = (int) Math.clamp(Math.rint(x[from + i] * factor), SMALLEST_CODE, LARGEST_CODE);
      out[to + i] = code * step;
    }
  }

  /**
   * {@code codes_i = clip(rint(x_i factor))} as bytes.
   *
   * @param values working memory for n elements
   */
  static void codes(float[] x, int from, float factor, int n, float[] values, MemorySegment codes, long at) {
    int whole = LANES < LEAST_BYTES ? 0 : n & -LANES;
    narrow(x, from, factor, whole, codes, at);
    quantize(x, from + whole, factor, 1, n - whole, values, 0);
    store(values, n - whole, codes, at + whole);
  }

  /** As {@link VectorMath#rint}; behind the addition, the lowest bits of the float are those of the code. */
  private static void narrow(float[] x, int from, float factor, int n, MemorySegment codes, long at) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector scaled = Lanes.load(x, from + i).mul(factor);
      FloatVector shifted = scaled.max(SMALLEST_CODE).min(LARGEST_CODE).add(FloatMath.ROUNDING_SHIFT);
      IntVector bits = shifted.blend(FloatMath.ROUNDING_SHIFT, scaled.compare(VectorOperators.NE, scaled)).reinterpretAsInts();
      ((ByteVector) bits.convertShape(VectorOperators.I2B, CODES, 0)).intoMemorySegment(codes, at + i, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Values that are codes, as bytes. */
  private static void store(float[] values, int n, MemorySegment codes, long at) {
    int i = 0;
    for (; i <= n - Integer.BYTES; i += Integer.BYTES) {
      int four = (int) values[i] & 0xFF | ((int) values[i + 1] & 0xFF) << 8 | ((int) values[i + 2] & 0xFF) << 16 | (int) values[i + 3] << 24;
      codes.set(FOUR_BYTES, at + i, four);
    }
    for (; i < n; i++) {
      codes.set(ValueLayout.JAVA_BYTE, at + i, (byte) (int) values[i]);
    }
  }
}
