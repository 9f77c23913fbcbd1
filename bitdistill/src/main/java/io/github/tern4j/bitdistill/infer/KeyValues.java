package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/** Where a pass over some tokens puts their keys and values, and how it attends to them and to those of the tokens before. */
sealed interface KeyValues permits KvCache, BatchKeyValues {

  /** Position of the first token of the pass. */
  int position();

  /** Where the rotated keys of the pass go, {@code [rows, kvHeads headDim]}. */
  Tensor newKeys(int layer);

  /** Where its values go. */
  Tensor newValues(int layer);

  /**
   * Causal attention over all keys and values up to the end of the pass.
   *
   * @param queries {@code [batch, tokens, heads, headDim]}
   * @param attended the result, like {@code queries}
   * @param logSumExp working memory, {@code [batch, heads, tokens]}
   */
  void attend(int layer, Tensor queries, Tensor attended, Tensor logSumExp);
}
