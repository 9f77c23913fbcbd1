package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import java.util.Optional;

/**
 * One projection: {@code y = SubLN(x) weight^T + bias}, SubLN and bias where the model has them. The paper's SubLN in front of
 * o_proj and down_proj and placement ALL differ in the name of the norm alone.
 *
 * @param subLn the norm in front
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}
 * @param steps add the bias
 */
record LinearMap(Optional<Norm> subLn, WeightMatrix weight, Optional<Tensor> bias, Steps steps) {

  /**
   * Applies the map.
   *
   * @param x the input
   * @param normed where SubLN puts its result; may be {@code x}, which is then overwritten
   * @param out {@code [rows, out]}
   */
  void apply(Activation x, Activation normed, Tensor out) {
    Activation input = x;
    if (subLn.isPresent()) {
      subLn.get().apply(x.values(), normed);
      input = normed;
    }
    weight.multiply(input, out);
    addBias(out);
  }

  /** Adds the bias to a product, where the map has one. */
  void addBias(Tensor out) {
    if (bias.isPresent()) {
      steps.add(out, bias.get());
    }
  }
}
