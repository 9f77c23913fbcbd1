package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import java.util.Optional;

/**
 * One projection: {@code y = SubLN(x) weight^T + bias}, SubLN and bias where the model has them. The paper's SubLN in front of
 * o_proj and down_proj and placement ALL differ in the name of the norm alone.
 *
 * @param subLn the norm in front
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}
 * @param add adds the bias
 */
record LinearMap(Optional<Norm> subLn, WeightMatrix weight, Optional<Tensor> bias, BinaryKernel add) {

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
    if (bias.isPresent()) {
      add.apply(BinaryFunction.ADD, out, bias.get().expand(out.shape()), out, false);
    }
  }
}
