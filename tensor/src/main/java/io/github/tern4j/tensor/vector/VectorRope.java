package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.RopeKernel;
import jdk.incubator.vector.FloatVector;

/** {@link RopeKernel}, parallel over tokens; the loop goes over the heads, which share cosine and sine. */
final class VectorRope implements RopeKernel {

  private final Workers workers;

  VectorRope(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void rope(Tensor x, Tensor cos, Tensor sin, boolean inverse, Tensor out, boolean accumulate) {
    RopeKernel.checkRope(x, cos, sin, out);
    int tokens = x.dim(1);
    int heads = x.dim(2);
    int half = x.dim(3) / 2;
    Ranges.rows(workers, x.dim(0) * tokens, heads * x.dim(3), (first, last) -> {
      for (int row = first; row < last; row++) {
        int batch = row / tokens;
        int token = row % tokens;
        int from = x.arrayOffset() + batch * x.arrayStride(0) + token * x.arrayStride(1);
        int to = out.arrayOffset() + batch * out.arrayStride(0) + token * out.arrayStride(1);
        int cosAt = cos.arrayOffset() + token * cos.arrayStride(0);
        int sinAt = sin.arrayOffset() + token * sin.arrayStride(0);
        rotateRow(x.array(), from, x.arrayStride(2), heads, half, cos.array(), cosAt, sin.array(), sinAt, inverse, out.array(), to,
            out.arrayStride(2), accumulate);
      }
    });
  }

  /** The heads of one token. */
  static void rotateRow(float[] x, int from, int stride, int heads, int half, float[] cos, int cosAt, float[] sin, int sinAt,
      boolean inverse, float[] out, int to, int outStride, boolean add) {
    int i = 0;
    for (; i <= half - LANES; i += LANES) {
      rotate(x, from + i, stride, heads, half, cos, cosAt + i, sin, sinAt + i, inverse, out, to + i, outStride, add);
    }
    for (; i < half; i++) {
      rotateOne(x, from + i, stride, heads, half, cos[cosAt + i], sin[sinAt + i], inverse, out, to + i, outStride, add);
    }
  }

  private static void rotate(float[] x, int from, int stride, int heads, int half, float[] cos, int cosAt, float[] sin, int sinAt,
      boolean inverse, float[] out, int to, int outStride, boolean add) {
    FloatVector c = Lanes.load(cos, cosAt);
    FloatVector s = Lanes.load(sin, sinAt).mul(inverse ? -1 : 1);
    for (int head = 0; head < heads; head++) {
      FloatVector low = Lanes.load(x, from + head * stride);
      FloatVector high = Lanes.load(x, from + head * stride + half);
      Lanes.store(low.fma(c, high.mul(s).neg()), out, to + head * outStride, add);
      Lanes.store(high.fma(c, low.mul(s)), out, to + head * outStride + half, add);
    }
  }

  private static void rotateOne(float[] x, int from, int stride, int heads, int half, float cos, float sin, boolean inverse,
      float[] out, int to, int outStride, boolean add) {
    float s = inverse ? -sin : sin;
    for (int head = 0; head < heads; head++) {
      float low = x[from + head * stride];
      float high = x[from + head * stride + half];
      Lanes.store(Math.fma(low, cos, -(high * s)), out, to + head * outStride, add);
      Lanes.store(Math.fma(high, cos, low * s), out, to + head * outStride + half, add);
    }
  }
}
