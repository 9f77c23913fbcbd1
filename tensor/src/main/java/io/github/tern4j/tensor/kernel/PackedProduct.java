package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;

/** A packed matrix that its kernel multiplies as it is. */
record PackedProduct(TernaryProductKernel kernel, PackedTernary weight) implements PreparedTernary {

  @Override
  public void product(TernaryInput input, Tensor out) {
    kernel.product(weight, input.codes(), input.gamma(), out);
  }

  @Override
  public void product(Tensor codes, Tensor gamma, Tensor out) {
    kernel.product(weight, codes, gamma, out);
  }

  @Override
  public long byteSize() {
    return weight.byteSize();
  }
}
