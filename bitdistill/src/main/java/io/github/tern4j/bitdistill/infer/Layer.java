package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.RotaryTable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import java.util.Optional;

/**
 * One decoder layer: {@code h = x + o(SubLN(attention(norm(x)))); y = h + down(SubLN(silu(gate(norm(h))) up(norm(h))))}
 * (Wu et al. 2025, eq. 4-5).
 */
final class Layer {

  /** Kernels and positions that all layers share. */
  record Shared(QwenConfig config, RotaryTable rotary, RopeKernel rope, SwiGluKernel swiGlu, BinaryKernel add) {}

  /** Weights in front of and in the attention. */
  record AttentionWeights(Norm norm, LinearMap query, LinearMap key, LinearMap value, Optional<Norm> queryNorm,
      Optional<Norm> keyNorm, LinearMap output) {}

  /** Weights in front of and in the gated feed-forward part. */
  record MlpWeights(Norm norm, LinearMap gate, LinearMap up, LinearMap down) {}

  private final int index;
  private final Shared shared;
  private final AttentionWeights attention;
  private final MlpWeights mlp;

  Layer(int index, Shared shared, AttentionWeights attention, MlpWeights mlp) {
    this.index = index;
    this.shared = shared;
    this.attention = attention;
    this.mlp = mlp;
  }

  /** Moves the residual stream of {@code w} through this layer. */
  void apply(Workspace w, KeyValues memory) {
    attention.norm.apply(w.residual, w.normed);
    attend(w, memory);
    shared.add.apply(BinaryFunction.ADD, w.residual, w.update, w.residual, false);
    mlp.norm.apply(w.residual, w.normed);
    feedForward(w);
    shared.add.apply(BinaryFunction.ADD, w.residual, w.update, w.residual, false);
  }

  private void attend(Workspace w, KeyValues memory) {
    attention.query.apply(w.normed, w.ownInput, w.queries);
    attention.key.apply(w.normed, w.ownInput, w.keys);
    attention.value.apply(w.normed, w.ownInput, memory.newValues(index));
    Tensor queries = heads(w.queries, w, shared.config.numAttentionHeads());
    Tensor keys = heads(w.keys, w, shared.config.numKeyValueHeads());
    if (attention.queryNorm.isPresent()) {
      attention.queryNorm.get().inPlace(queries, firstOf(w.headRstd, queries.shape().rows()));
      attention.keyNorm.orElseThrow().inPlace(keys, firstOf(w.headRstd, keys.shape().rows()));
    }
    Tensor cos = shared.rotary.cos(memory.position(), w.tokens);
    Tensor sin = shared.rotary.sin(memory.position(), w.tokens);
    shared.rope.rope(queries, cos, sin, false, queries, false);
    shared.rope.rope(keys, cos, sin, false, heads(memory.newKeys(index), w, shared.config.numKeyValueHeads()), false);
    Tensor attended = heads(w.attended.overwrite(), w, shared.config.numAttentionHeads());
    memory.attend(index, queries, attended, w.logSumExp);
    attention.output.apply(w.attended, w.attended, w.update);
  }

  private void feedForward(Workspace w) {
    mlp.gate.apply(w.normed, w.ownInput, w.gate);
    Tensor up = w.gated.overwrite();
    mlp.up.apply(w.normed, w.ownInput, up);
    shared.swiGlu.swiGlu(w.gate, up, up);
    mlp.down.apply(w.gated, w.gated, w.update);
  }

  private Tensor heads(Tensor rows, Workspace w, int heads) {
    return rows.reshape(w.batch, w.tokens, heads, shared.config.headDim());
  }

  private static Tensor firstOf(Tensor buffer, int count) {
    return buffer.slice(0, 0, count);
  }
}
