package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.Positions;

/** {@link BinaryKernel} element by element. */
final class ReferenceBinary implements BinaryKernel {

  @Override
  public void apply(BinaryFunction function, Tensor a, Tensor b, Tensor out, boolean accumulate) {
    BinaryKernel.checkApply(a, b, out);
    int[] atA = Positions.of(a, 0);
    int[] atB = Positions.of(b, 0);
    int[] atOut = Positions.of(out, 0);
    float[] values = out.array();
    for (int i = 0; i < atOut.length; i++) {
      float value = value(function, a.array()[atA[i]], b.array()[atB[i]]);
      values[atOut[i]] = accumulate ? values[atOut[i]] + value : value;
    }
  }

  private static float value(BinaryFunction function, float a, float b) {
    return switch (function) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
    };
  }
}
