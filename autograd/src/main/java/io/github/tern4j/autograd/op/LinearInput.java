package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;

/** What linear maps multiply with their weights; made once for all maps that share an input. */
public sealed interface LinearInput {

  /** The values {@code [.., in]}, contiguous; they get the gradient. */
  Variable x();

  /** Values that are multiplied as they are. */
  record Floats(Variable x) implements LinearInput {}

  /**
   * Values that are multiplied as int8 codes, from {@link TernaryLinear#codes}.
   *
   * @param codes I8 {@code [rows, in]}
   * @param gamma {@code [rows]}: largest magnitudes of the rows
   * @param rule how {@code eps} keeps scales from zero
   * @param eps of the quantizer
   */
  record Codes(Variable x, Tensor codes, Tensor gamma, EpsilonRule rule, float eps) implements LinearInput {}
}
