package io.github.tern4j.nn.qwen3;

import io.github.tern4j.autograd.Variable;

/** Sees intermediate results of a forward pass: what attention-relation distillation reads, and what golden values are held against. */
public interface Taps {

  /** The places that can be tapped; shapes with B = batch, T = tokens, D = head_dim. */
  enum Place {
    /** Token embedding, {@code [B T, hidden]}; layer -1. */
    EMBEDDING,
    /** After the norm in front of attention, {@code [B T, hidden]}. */
    INPUT_NORM,
    /** Query projection, {@code [B, T, heads, D]}. */
    Q_PROJECTION,
    /** Key projection, {@code [B, T, kvHeads, D]}. */
    K_PROJECTION,
    /** Value projection, {@code [B, T, kvHeads, D]}. */
    V_PROJECTION,
    /** Queries after their norm. */
    Q_NORM,
    /** Keys after their norm. */
    K_NORM,
    /** Queries after rotation. */
    Q_ROPE,
    /** Keys after rotation. */
    K_ROPE,
    /** Concatenated heads, {@code [B T, heads D]}. */
    ATTENTION_HEADS,
    /** After SubLN in front of o_proj, where there is one. */
    ATTENTION_SUB_NORM,
    /** Residual stream after attention, {@code [B T, hidden]}. */
    AFTER_ATTENTION,
    /** {@code silu(gate) up}, before SubLN, {@code [B T, intermediate]}. */
    MLP_ACTIVATION,
    /** Residual stream after the MLP. */
    AFTER_MLP,
    /** After the last norm, {@code [B T, hidden]}; layer -1. */
    FINAL_NORM
  }

  /** Sees nothing. */
  Taps NONE = new Taps() {
    @Override
    public boolean wants(int layer) {
      return false;
    }

    @Override
    public void see(int layer, Place place, Variable value) {}
  };

  /** Whether results of this layer are wanted; such a layer is not checkpointed. */
  boolean wants(int layer);

  /** One intermediate result, on the tape of the forward pass. */
  void see(int layer, Place place, Variable value);
}
