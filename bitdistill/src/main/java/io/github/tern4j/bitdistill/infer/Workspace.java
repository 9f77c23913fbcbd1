package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Tensor;

/** The intermediate results of a pass over {@code batch} texts of {@code tokens} tokens, in memory that the next pass uses again. */
final class Workspace {

  final int batch;
  final int tokens;
  /** The residual stream, {@code [batch tokens, hidden]}. */
  final Tensor residual;
  /** The normed residual stream: input of q, k, v, and of gate and up. */
  final Activation normed;
  /** Input of one projection that has a norm of its own. */
  final Activation ownInput;
  /** Queries, {@code [batch tokens, heads headDim]}. */
  final Tensor queries;
  /** The same, {@code [batch, tokens, heads, headDim]}. */
  final Tensor queryHeads;
  /** Keys before rotation, {@code [batch tokens, kvHeads headDim]}. */
  final Tensor keys;
  /** Concatenated heads: input of o_proj. */
  final Activation attended;
  /** The same, {@code [batch, tokens, heads, headDim]}. */
  final Tensor attendedHeads;
  final Tensor logSumExp;
  /** One number for each row and head. */
  final Tensor headRstd;
  /** {@code [batch tokens, intermediate]}. */
  final Tensor gate;
  /** {@code silu(gate) up}: input of down_proj. */
  final Activation gated;
  /** What a sublayer adds to the residual stream. */
  final Tensor update;
  /** The last hidden state of a token whose logits are wanted, normed: input of the head. */
  final Activation lastHidden;

  Workspace(QwenConfig config, ActivationCoder coder, Buffers buffers, int batch, int tokens) {
    int rows = batch * tokens;
    int hidden = config.hiddenSize();
    int queryWidth = config.numAttentionHeads() * config.headDim();
    this.batch = batch;
    this.tokens = tokens;
    this.residual = buffers.floats("residual", rows, hidden);
    this.normed = new Activation(coder, buffers, "normed", rows, hidden);
    this.ownInput = new Activation(coder, buffers, "ownInput", rows, hidden);
    this.queries = buffers.floats("queries", rows, queryWidth);
    this.queryHeads = queries.reshape(batch, tokens, config.numAttentionHeads(), config.headDim());
    this.keys = buffers.floats("unrotatedKeys", rows, config.numKeyValueHeads() * config.headDim());
    this.attended = new Activation(coder, buffers, "attended", rows, queryWidth);
    this.attendedHeads = attended.values().reshape(batch, tokens, config.numAttentionHeads(), config.headDim());
    this.logSumExp = buffers.floats("logSumExp", batch, config.numAttentionHeads(), tokens);
    this.headRstd = buffers.floats("headRstd", rows * config.numAttentionHeads());
    this.gate = buffers.floats("gate", rows, config.intermediateSize());
    this.gated = new Activation(coder, buffers, "gated", rows, config.intermediateSize());
    this.update = buffers.floats("update", rows, hidden);
    this.lastHidden = new Activation(coder, buffers, "lastHidden", 1, hidden);
  }

  boolean isFor(int otherBatch, int otherTokens) {
    return batch == otherBatch && tokens == otherTokens;
  }
}
