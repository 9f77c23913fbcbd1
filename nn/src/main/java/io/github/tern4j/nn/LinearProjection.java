package io.github.tern4j.nn;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Linear;
import io.github.tern4j.autograd.op.LinearInput;
import io.github.tern4j.tensor.Shape;
import java.util.Optional;

/** {@code y = x weight^T + bias} in full precision; {@code weight [out, in]}, optional {@code bias [out]}. */
public final class LinearProjection implements Projection {

  private final Parameter weight;
  private final Optional<Parameter> bias;

  /** Makes the parameters {@code weight} and, when asked for, {@code bias} of {@code source}. */
  public LinearProjection(ParameterSource source, int in, int out, boolean bias, Initializer initializer) {
    this.weight = source.parameter("weight", Shape.of(out, in), initializer);
    this.bias = bias ? Optional.of(source.parameter("bias", Shape.of(out), Initializer.zeros())) : Optional.empty();
  }

  @Override
  public Variable product(Tape tape, LinearInput input) {
    Variable y = Linear.linear(tape, input.x(), weight);
    return bias.isPresent() ? Elementwise.add(tape, y, bias.get()) : y;
  }
}
