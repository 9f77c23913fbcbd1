package io.github.tern4j.nn.qwen3;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.LinearInput;
import io.github.tern4j.autograd.op.SwiGlu;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.Projection;
import java.util.Optional;

/** The gated feed-forward part of one layer: {@code down(SubLN(silu(gate(x)) up(x)))} (Wu et al. 2025, eq. 5, for SubLN). */
final class Mlp {

  private final Projection gate;
  private final Projection up;
  private final Projection down;
  private final Optional<Norm> subNorm;

  Mlp(ParameterSource source, Blueprint blueprint) {
    int hidden = blueprint.config().hiddenSize();
    int intermediate = blueprint.config().intermediateSize();
    this.gate = blueprint.projection(source, "gate_proj", hidden, intermediate, false);
    this.up = blueprint.projection(source, "up_proj", hidden, intermediate, false);
    this.subNorm = blueprint.config().subLn() == SubLn.PAPER
        ? Optional.of(blueprint.norm(source, "ffn_sub_norm", intermediate))
        : Optional.empty();
    this.down = blueprint.projection(source, "down_proj", intermediate, hidden, false);
  }

  /** {@code x [batch tokens, hidden]} to the same shape. */
  Variable apply(Tape tape, Variable x, int layer, Taps taps) {
    LinearInput prepared = gate.prepare(tape, x);
    Variable activation = SwiGlu.swiGlu(tape, gate.product(tape, prepared), up.product(tape, prepared));
    taps.see(layer, Taps.Place.MLP_ACTIVATION, activation);
    if (subNorm.isPresent()) {
      activation = subNorm.get().apply(tape, activation);
    }
    return down.apply(tape, activation);
  }
}
