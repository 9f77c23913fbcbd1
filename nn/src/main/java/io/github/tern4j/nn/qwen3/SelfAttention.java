package io.github.tern4j.nn.qwen3;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Attention;
import io.github.tern4j.autograd.op.LinearInput;
import io.github.tern4j.autograd.op.Rope;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.Projection;
import java.util.Optional;

/**
 * Self-attention of one layer:
 * {@code o_proj(SubLN(concat(softmax(rope(norm(q)) rope(norm(k))^T / sqrt(head_dim)) v)))} (Wu et al. 2025, eq. 4, for SubLN).
 */
final class SelfAttention {

  private final QwenConfig config;
  private final RotaryTable rotary;
  private final Projection query;
  private final Projection key;
  private final Projection value;
  private final Projection output;
  private final Optional<Norm> queryNorm;
  private final Optional<Norm> keyNorm;
  private final Optional<Norm> subNorm;

  SelfAttention(ParameterSource source, Blueprint blueprint) {
    this.config = blueprint.config();
    this.rotary = blueprint.rotary();
    int hidden = config.hiddenSize();
    int queryWidth = config.numAttentionHeads() * config.headDim();
    int keyWidth = config.numKeyValueHeads() * config.headDim();
    boolean bias = config.attentionBias();
    this.query = blueprint.projection(source, "q_proj", hidden, queryWidth, bias);
    this.key = blueprint.projection(source, "k_proj", hidden, keyWidth, bias);
    this.value = blueprint.projection(source, "v_proj", hidden, keyWidth, bias);
    this.queryNorm = config.qkNorm() ? Optional.of(blueprint.norm(source, "q_norm", config.headDim())) : Optional.empty();
    this.keyNorm = config.qkNorm() ? Optional.of(blueprint.norm(source, "k_norm", config.headDim())) : Optional.empty();
    this.subNorm =
        config.subLn() == SubLn.PAPER ? Optional.of(blueprint.norm(source, "attn_sub_norm", queryWidth)) : Optional.empty();
    this.output = blueprint.projection(source, "o_proj", queryWidth, hidden, bias);
  }

  /** {@code x [batch tokens, hidden]} to the same shape. */
  Variable apply(Tape tape, Variable x, int batch, int tokens, int layer, Taps taps) {
    LinearInput prepared = query.prepare(tape, x);
    Variable q = heads(query.product(tape, prepared), batch, tokens, config.numAttentionHeads());
    Variable k = heads(key.product(tape, prepared), batch, tokens, config.numKeyValueHeads());
    Variable v = heads(value.product(tape, prepared), batch, tokens, config.numKeyValueHeads());
    taps.see(layer, Taps.Place.Q_PROJECTION, q);
    taps.see(layer, Taps.Place.K_PROJECTION, k);
    taps.see(layer, Taps.Place.V_PROJECTION, v);
    if (queryNorm.isPresent()) {
      q = queryNorm.get().apply(tape, q);
      k = keyNorm.get().apply(tape, k);
    }
    taps.see(layer, Taps.Place.Q_NORM, q);
    taps.see(layer, Taps.Place.K_NORM, k);
    q = Rope.rope(tape, q, rotary.cos(0, tokens), rotary.sin(0, tokens));
    k = Rope.rope(tape, k, rotary.cos(0, tokens), rotary.sin(0, tokens));
    taps.see(layer, Taps.Place.Q_ROPE, q);
    taps.see(layer, Taps.Place.K_ROPE, k);
    Variable concatenated = Attention.attention(tape, q, k, v, true).reshape(batch * tokens, -1);
    taps.see(layer, Taps.Place.ATTENTION_HEADS, concatenated);
    if (subNorm.isPresent()) {
      concatenated = subNorm.get().apply(tape, concatenated);
      taps.see(layer, Taps.Place.ATTENTION_SUB_NORM, concatenated);
    }
    return output.apply(tape, concatenated);
  }

  private Variable heads(Variable projected, int batch, int tokens, int heads) {
    return projected.reshape(batch, tokens, heads, config.headDim());
  }
}
