package io.github.tern4j.nn.qwen3;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.RmsNorm;
import io.github.tern4j.nn.Initializer;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.tensor.Shape;

/** An RMSNorm with its weight {@code [width]}, fresh at 1. */
final class Norm {

  private final Parameter weight;
  private final float eps;

  Norm(ParameterSource source, int width, float eps) {
    this.weight = source.parameter("weight", Shape.of(width), Initializer.ones());
    this.eps = eps;
  }

  Variable apply(Tape tape, Variable x) {
    return RmsNorm.rmsNorm(tape, x, weight, eps);
  }
}
