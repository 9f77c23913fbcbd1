package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.TokenKernel;

/**
 * The int8 quantizer of activations with the options of a model.
 *
 * @param kernel the quantizer of many rows
 * @param token the quantizer of one row
 * @param rule how eps keeps the scale from zero
 * @param eps the eps
 */
record ActivationCoder(ActivationQuantizerKernel kernel, TokenKernel token, EpsilonRule rule, float eps) {

  void code(Tensor values, Tensor codes, Tensor gamma) {
    if (values.dim(0) == 1) {
      token.codes(values, rule, eps, codes, gamma);
    } else {
      kernel.codes(values, rule, eps, codes, gamma);
    }
  }
}
