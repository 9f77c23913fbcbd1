package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.FloatStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link LatentProductKernel} by the float product of the codes, which is exact: for vectors too narrow for table lookups, where
 * it is faster than integer products (one core of AMD EPYC Zen 4, 512 columns: 45 instead of 20 G multiply-adds/s with 256 bits,
 * of floats alone 25 instead of 16 with 128).
 */
final class FloatLatentProduct implements LatentProductKernel {

  /** Codes that are widened at a time. */
  private static final ThreadLocal<byte[]> PIECE = ThreadLocal.withInitial(() -> new byte[4_096]);

  private final Workers workers;
  private final MatmulKernel matmul;
  private float[] activations = new float[0];
  private float[] weights = new float[0];
  private float[] sums = new float[0];

  FloatLatentProduct(Workers workers, MatmulKernel matmul) {
    this.workers = workers;
    this.matmul = matmul;
  }

  @Override
  public void product(LatentTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    LatentProductKernel.checkProduct(weight, codes, gamma, out);
    activations = atLeast(activations, codes.shape().intSize());
    weights = atLeast(weights, weight.weight().shape().intSize());
    Ranges.elements(workers, codes.shape().intSize(), (from, to) -> widen(codes, from, to));
    Ranges.rows(workers, weight.rows(), weight.columns(), (first, last) -> quantize(weight, first, last));
    Tensor a = firstOf(activations, codes.shape());
    Tensor b = firstOf(weights, weight.weight().shape());
    if (weight.groupSize() == 0) {
      matmul.matmul(a, false, b, true, out, false);
    } else {
      addGroups(weight, a, b, out);
    }
    scaleRows(weight, gamma, out);
  }

  private void scaleRows(LatentTernary weight, Tensor gamma, Tensor out) {
    Ranges.rows(workers, out.dim(0), out.dim(1), (first, last) -> {
      for (int row = first; row < last; row++) {
        float step = gamma.array()[gamma.arrayOffset() + row] / ActivationQuantizerKernel.LARGEST_CODE;
        float factor = weight.groupSize() == 0 ? weight.scale(0, 0) * step : step;
        int at = out.arrayOffset() + row * out.dim(1);
        Lanes.scale(out.array(), at, factor, out.dim(1), out.array(), at, false);
      }
    });
  }

  private static float[] atLeast(float[] array, int length) {
    return array.length < length ? new float[length] : array;
  }

  private static Tensor firstOf(float[] array, Shape shape) {
    return Tensor.of(new FloatStorage(array), shape);
  }

  /** By way of an array: the JIT vectorizes loops over arrays alone. */
  private void widen(Tensor codes, int from, int to) {
    byte[] bytes = PIECE.get();
    for (int at = from; at < to; at += bytes.length) {
      int n = Math.min(bytes.length, to - at);
      MemorySegment.copy(codes.segment(), ValueLayout.JAVA_BYTE, codes.elementOffset() + at, bytes, 0, n);
      for (int i = 0; i < n; i++) {
        activations[at + i] = bytes[i];
      }
    }
  }

  private void quantize(LatentTernary weight, int firstRow, int lastRow) {
    int columns = weight.columns();
    int groupSize = weight.groupSize() == 0 ? columns : weight.groupSize();
    for (int row = firstRow; row < lastRow; row++) {
      for (int group = 0; group < weight.groupsPerRow(); group++) {
        int from = row * columns + group * groupSize;
        int n = Math.min(groupSize, columns - group * groupSize);
        quantize(weight.weight().array(), weight.weight().arrayOffset() + from, n, weight.threshold(row, group), weights, from);
      }
    }
  }

  private static void quantize(float[] weight, int at, int n, float threshold, float[] codes, int to) {
    FloatVector zero = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector w = Lanes.load(weight, at + i);
      FloatVector ones = zero.blend(1, w.compare(VectorOperators.GE, threshold));
      ones.blend(-1, w.compare(VectorOperators.LE, -threshold)).intoArray(codes, to + i);
    }
    for (; i < n; i++) {
      codes[to + i] = weight[at + i] >= threshold ? 1 : weight[at + i] <= -threshold ? -1 : 0;
    }
  }

  /** {@code out = fma(sums of group, scales of group, out)}, ascending from 0. */
  private void addGroups(LatentTernary weight, Tensor a, Tensor b, Tensor out) {
    int outputs = out.dim(1);
    sums = atLeast(sums, out.shape().intSize());
    Tensor ofGroup = firstOf(sums, out.shape());
    float[] scales = new float[outputs];
    Arrays.fill(out.array(), out.arrayOffset(), out.arrayOffset() + out.shape().intSize(), 0);
    for (int group = 0; group < weight.groupsPerRow(); group++) {
      int from = group * weight.groupSize();
      int to = Math.min(weight.columns(), from + weight.groupSize());
      matmul.matmul(a.slice(1, from, to), false, b.slice(1, from, to), true, ofGroup, false);
      for (int output = 0; output < outputs; output++) {
        scales[output] = weight.scale(output, group);
      }
      Ranges.rows(workers, out.dim(0), outputs, (first, last) -> {
        for (int row = first; row < last; row++) {
          addScaled(sums, row * outputs, scales, out.array(), out.arrayOffset() + row * outputs);
        }
      });
    }
  }

  /** {@code out_i = fma(sums_i, scales_i, out_i)}. */
  private static void addScaled(float[] sums, int at, float[] scales, float[] out, int outAt) {
    int i = 0;
    for (; i <= scales.length - LANES; i += LANES) {
      Lanes.load(sums, at + i).fma(Lanes.load(scales, i), Lanes.load(out, outAt + i)).intoArray(out, outAt + i);
    }
    for (; i < scales.length; i++) {
      out[outAt + i] = Math.fma(sums[at + i], scales[i], out[outAt + i]);
    }
  }
}
