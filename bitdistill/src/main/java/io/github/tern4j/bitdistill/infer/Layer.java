package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import java.util.Optional;

/**
 * One decoder layer: {@code h = x + o(SubLN(attention(norm(x)))); y = h + down(SubLN(silu(gate(norm(h))) up(norm(h))))}
 * (Wu et al. 2025, eq. 4-5).
 */
final class Layer {

  /** Weights in front of and in the attention. */
  record AttentionWeights(Norm norm, LinearMaps queryKeyValue, Optional<Norm> queryNorm, Optional<Norm> keyNorm,
      LinearMap output) {}

  /** Weights in front of and in the gated feed-forward part. */
  record MlpWeights(Norm norm, LinearMaps gateUp, LinearMap down) {}

  private final int index;
  private final Steps steps;
  private final AttentionWeights attention;
  private final MlpWeights mlp;

  Layer(int index, Steps steps, AttentionWeights attention, MlpWeights mlp) {
    this.index = index;
    this.steps = steps;
    this.attention = attention;
    this.mlp = mlp;
  }

  /** Moves the residual stream of {@code w} through this layer. */
  void apply(Workspace w, KeyValues memory) {
    attention.norm.apply(w.residual, w.normed);
    attend(w, memory);
    steps.add(w.residual, w.update);
    mlp.norm.apply(w.residual, w.normed);
    feedForward(w);
    steps.add(w.residual, w.update);
  }

  private void attend(Workspace w, KeyValues memory) {
    attention.queryKeyValue.apply(w.normed, w.ownInput, w.queries, w.keys, memory.newValues(index));
    if (attention.queryNorm.isPresent()) {
      attention.queryNorm.get().inPlace(w.queries, w.headRstd);
      attention.keyNorm.orElseThrow().inPlace(w.keys, w.headRstd);
    }
    steps.rotate(w.queries, memory.position(), w.tokens, w.queries);
    steps.rotate(w.keys, memory.position(), w.tokens, memory.newKeys(index));
    w.attended.overwrite();
    memory.attend(index, w.queryHeads, w.attendedHeads, w.logSumExp);
    attention.output.apply(w.attended, w.attended, w.update);
  }

  private void feedForward(Workspace w) {
    Tensor up = w.gated.overwrite();
    mlp.gateUp.apply(w.normed, w.ownInput, w.gate, up);
    steps.gate(w.gate, up);
    mlp.down.apply(w.gated, w.gated, w.update);
  }
}
