package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;

/**
 * Sizes of one call of attention.
 *
 * @param group query heads of a key-value head
 */
record AttentionOperands(int batch, int tokens, int keys, int kvHeads, int group, int headDim, boolean causal) {

  static AttentionOperands of(Tensor q, Tensor k, boolean causal) {
    return new AttentionOperands(q.dim(0), q.dim(1), k.dim(1), k.dim(2), k.dim(2) == 0 ? 0 : q.dim(2) / k.dim(2), q.dim(3), causal);
  }

  /** The factor of scores. */
  float scale() {
    return (float) (1 / Math.sqrt(headDim));
  }

  /** Position of query {@code token} among the keys. */
  int position(int token) {
    return keys - tokens + token;
  }

  /** How many keys the queries up to {@code lastToken} (exclusive) see. */
  int visibleKeys(int lastToken) {
    return causal ? position(lastToken) : keys;
  }

  /** Position of the first row of a batch entry and head in a {@code [batch, rows, heads, headDim]} tensor, at row {@code row}. */
  static int at(Tensor x, int batch, int row, int head) {
    return x.arrayOffset() + batch * x.arrayStride(0) + row * x.arrayStride(1) + head * x.arrayStride(2);
  }
}
