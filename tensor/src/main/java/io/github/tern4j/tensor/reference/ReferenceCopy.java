package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.Positions;

/** {@link CopyKernel} element by element. */
final class ReferenceCopy implements CopyKernel {

  @Override
  public void copy(Tensor x, float factor, Tensor out, boolean accumulate) {
    CopyKernel.checkCopy(x, out);
    int[] from = Positions.of(x, 0);
    int[] to = Positions.of(out, 0);
    float[] values = out.array();
    for (int i = 0; i < to.length; i++) {
      float value = x.array()[from[i]];
      if (accumulate) {
        values[to[i]] = Math.fma(factor, value, values[to[i]]);
      } else {
        values[to[i]] = factor == 1 ? value : factor * value;
      }
    }
  }

  @Override
  public void fill(float value, Tensor out) {
    CopyKernel.checkFill(out);
    for (int at : Positions.of(out, 0)) {
      out.array()[at] = value;
    }
  }
}
