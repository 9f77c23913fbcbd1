package io.github.tern4j.bitdistill.model;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.FakeQuantize;
import io.github.tern4j.autograd.op.Linear;
import io.github.tern4j.autograd.op.LinearInput;
import io.github.tern4j.autograd.op.TernaryLinear;
import io.github.tern4j.nn.Initializer;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.Projection;
import io.github.tern4j.tensor.Shape;
import java.util.Optional;

/**
 * A linear map with ternary weights and int8 activations: {@code y = Qa(x) Qw(W)^T + bias} (Wu et al. 2025, eq. 1-3).
 *
 * <p>The latent weight {@code W [out, in]} stays F32. Straight-through gradients: {@code dX = dY Qw(W)}, {@code dW = dY^T Qa(X)}.
 *
 * <p>Fully quantized, the product is one of integer codes, on every backend and at every vector width. During a quantization
 * warm-up values are blends of quantized and latent ones, which have no codes, and the product is one of floats.
 */
public final class BitLinear implements Projection {

  private final Parameter weight;
  private final Optional<Parameter> bias;
  private final BitLinearOptions options;

  /** Makes the parameters {@code weight} and, when asked for, {@code bias} of {@code source}. */
  public BitLinear(BitLinearOptions options, ParameterSource source, int in, int out, boolean bias, Initializer initializer) {
    this.options = options;
    this.weight = source.parameter("weight", Shape.of(out, in), initializer);
    this.bias = bias ? Optional.of(source.parameter("bias", Shape.of(out), Initializer.zeros())) : Optional.empty();
  }

  @Override
  public LinearInput prepare(Tape tape, Variable x) {
    float share = options.share().now();
    return share < 1
        ? new LinearInput.Floats(FakeQuantize.activation(tape, x, options.rule(), options.activationEps(), share))
        : TernaryLinear.codes(tape, x, options.rule(), options.activationEps());
  }

  @Override
  public Variable product(Tape tape, LinearInput input) {
    Variable y = switch (input) {
      case LinearInput.Floats(Variable x) -> Linear.linear(tape, x, FakeQuantize.weight(tape, weight, options.groupSize(),
          options.rule(), options.weightEps(), options.share().now()));
      case LinearInput.Codes codes ->
          TernaryLinear.linear(tape, codes, weight, options.groupSize(), options.rule(), options.weightEps());
    };
    return bias.isPresent() ? Elementwise.add(tape, y, bias.get()) : y;
  }
}
