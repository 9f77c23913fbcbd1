package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;

/** {@link TernaryProductKernel} by {@link ScalarTernary}. */
final class ScalarTernaryProduct implements TernaryProductKernel {

  private final Workers workers;

  ScalarTernaryProduct(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void product(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    prepare(weight).product(codes, gamma, out);
  }

  @Override
  public PreparedTernary prepare(PackedTernary weight) {
    return prepare(TernaryWords.of(weight, workers), weight.groupSize() == 0 ? weight.scale(0, 0) : Float.NaN);
  }

  @Override
  public PreparedTernary prepare(TernaryWords words, float scale) {
    return new ScalarTernary(words, scale, workers);
  }
}
