package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.TernaryInput;

/** Activations from which nothing is derived. */
final class CodedInput implements TernaryInput {

  private Tensor codes;
  private Tensor gamma;

  @Override
  public void set(Tensor codes, Tensor gamma) {
    this.codes = codes;
    this.gamma = gamma;
  }

  @Override
  public Tensor codes() {
    return codes;
  }

  @Override
  public Tensor gamma() {
    return gamma;
  }
}
