package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;

/** {@link BinaryKernel}, fast for sums of contiguous tensors. */
final class ScalarBinary implements BinaryKernel {

  private final BinaryKernel reference;

  ScalarBinary(BinaryKernel reference) {
    this.reference = reference;
  }

  @Override
  public void apply(BinaryFunction function, Tensor a, Tensor b, Tensor out, boolean accumulate) {
    if (function != BinaryFunction.ADD || accumulate || !a.isContiguous() || !b.isContiguous() || !out.isContiguous()) {
      reference.apply(function, a, b, out, accumulate);
      return;
    }
    BinaryKernel.checkApply(a, b, out);
    RowLoops.add(a.array(), a.arrayOffset(), b.array(), b.arrayOffset(), (int) out.size(), out.array(), out.arrayOffset());
  }
}
