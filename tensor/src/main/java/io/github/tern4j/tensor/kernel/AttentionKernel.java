package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Scaled dot-product attention with grouped query heads: {@code out = softmax(q k^T / sqrt(headDim) + mask) v}, query head i reading
 * key-value head {@code i / (heads / kvHeads)}. Causal: query t stands at absolute position {@code keys - tokens + t} and sees
 * positions up to its own.
 *
 * <p>No matrix of tokens x keys outlives a head: the backward pass recomputes probabilities from the log-sum-exp of each query
 * (Dao et al. 2022). Padding needs no mask as long as it stands at the end and attention is causal.
 *
 * <p><b>Exactness:</b> not bitwise between backends, but for one backend independent of threads and of other rows of the batch;
 * deviation within {@code c n 2^-24 sum|a b|} of the exact value.
 */
public interface AttentionKernel extends Kernel {

  /**
   * The forward pass. All operands are strided.
   *
   * @param q {@code [batch, tokens, heads, headDim]}
   * @param k {@code [batch, keys, kvHeads, headDim]}, keys at least tokens when causal
   * @param v like {@code k}
   * @param out like {@code q}
   * @param logSumExp {@code [batch, heads, tokens]}: ln of the softmax denominator of the scaled scores
   */
  void attention(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp);

  /** Gradients of all three inputs, each overwritten or added to. */
  void attentionBackward(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp, Tensor gradOut,
      Tensor gradQ, boolean accumulateQ, Tensor gradK, boolean accumulateK, Tensor gradV, boolean accumulateV);
}
