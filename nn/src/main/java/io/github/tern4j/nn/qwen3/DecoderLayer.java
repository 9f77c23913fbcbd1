package io.github.tern4j.nn.qwen3;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.nn.ParameterSource;

/** One layer: {@code h = x + attention(norm(x)); y = h + mlp(norm(h))}. */
final class DecoderLayer {

  private final int index;
  private final Norm inputNorm;
  private final SelfAttention attention;
  private final Norm postAttentionNorm;
  private final Mlp mlp;

  DecoderLayer(ParameterSource source, Blueprint blueprint, int index) {
    int hidden = blueprint.config().hiddenSize();
    this.index = index;
    this.inputNorm = blueprint.norm(source, "input_layernorm", hidden);
    this.attention = new SelfAttention(source.at("self_attn"), blueprint);
    this.postAttentionNorm = blueprint.norm(source, "post_attention_layernorm", hidden);
    this.mlp = new Mlp(source.at("mlp"), blueprint);
  }

  /** {@code x [batch tokens, hidden]} to the same shape. */
  Variable apply(Tape tape, Variable x, int batch, int tokens, Taps allTaps) {
    Taps taps = allTaps.wants(index) ? allTaps : Taps.NONE;
    Variable normed = inputNorm.apply(tape, x);
    taps.see(index, Taps.Place.INPUT_NORM, normed);
    Variable h = Elementwise.add(tape, x, attention.apply(tape, normed, batch, tokens, index, taps));
    taps.see(index, Taps.Place.AFTER_ATTENTION, h);
    Variable y = Elementwise.add(tape, h, mlp.apply(tape, postAttentionNorm.apply(tape, h), index, taps));
    taps.see(index, Taps.Place.AFTER_MLP, y);
    return y;
  }
}
