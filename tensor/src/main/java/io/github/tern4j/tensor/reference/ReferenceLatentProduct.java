package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;

/** {@link LatentProductKernel} by its definition: pack, then multiply. */
final class ReferenceLatentProduct implements LatentProductKernel {

  private final WeightQuantizerKernel quantizer = new ReferenceWeightQuantizer();
  private final TernaryProductKernel packedProduct = new ReferenceTernaryProduct();

  @Override
  public void product(LatentTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    LatentProductKernel.checkProduct(weight, codes, gamma, out);
    packedProduct.product(weight.packed(quantizer), codes, gamma, out);
  }
}
