package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.Positions;
import io.github.tern4j.tensor.kernel.RopeKernel;

/** {@link RopeKernel} pair by pair. */
final class ReferenceRope implements RopeKernel {

  @Override
  public void rope(Tensor x, Tensor cos, Tensor sin, boolean inverse, Tensor out, boolean accumulate) {
    RopeKernel.checkRope(x, cos, sin, out);
    int[] from = Positions.of(x, 1);
    int[] to = Positions.of(out, 1);
    int[] cosAt = Positions.of(cos, 1);
    int[] sinAt = Positions.of(sin, 1);
    int tokens = x.dim(1);
    int heads = x.dim(2);
    int half = x.dim(3) / 2;
    float[] values = out.array();
    for (int row = 0; row < from.length; row++) {
      int token = row / heads % tokens;
      for (int i = 0; i < half; i++) {
        float low = x.array()[from[row] + i];
        float high = x.array()[from[row] + i + half];
        float c = cos.array()[cosAt[token] + i];
        float s = inverse ? -sin.array()[sinAt[token] + i] : sin.array()[sinAt[token] + i];
        float rotatedLow = Math.fma(low, c, -(high * s));
        float rotatedHigh = Math.fma(high, c, low * s);
        int at = to[row] + i;
        values[at] = accumulate ? values[at] + rotatedLow : rotatedLow;
        values[at + half] = accumulate ? values[at + half] + rotatedHigh : rotatedHigh;
      }
    }
  }
}
