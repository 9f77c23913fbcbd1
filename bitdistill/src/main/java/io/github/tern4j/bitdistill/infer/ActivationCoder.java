package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;

/**
 * The int8 quantizer of activations with the options of a model.
 *
 * @param kernel the quantizer
 * @param rule how eps keeps the scale from zero
 * @param eps the eps
 */
record ActivationCoder(ActivationQuantizerKernel kernel, EpsilonRule rule, float eps) {

  void code(Tensor values, Tensor codes, Tensor gamma) {
    kernel.codes(values, rule, eps, codes, gamma);
  }
}
