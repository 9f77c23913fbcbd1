package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.nn.ParameterSet;
import io.github.tern4j.tensor.Backend;

/** Gradients as a golden set lists them: one for everything that could have one. */
final class Gradients {

  private Gradients() {}

  /** The gradient that has arrived, or zeros where none did: the loss does not depend on the variable. */
  static float[] of(Variable variable, Backend backend) {
    return variable.hasGradient() ? backend.download(variable.gradient()) : new float[variable.shape().intSize()];
  }

  /** Hands the gradients of all parameters to {@code findings} under their own names. */
  static void compare(ParameterSet parameters, String file, Findings findings) {
    for (Parameter parameter : parameters.all()) {
      findings.floats(file, parameter.name(), of(parameter, parameters.backend()));
    }
  }
}
