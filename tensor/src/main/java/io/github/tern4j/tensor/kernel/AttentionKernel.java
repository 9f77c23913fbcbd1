package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;

/**
 * Scaled dot-product attention with grouped query heads: {@code out = softmax(q k^T / sqrt(headDim) + mask) v}, query head i
 * reading key-value head {@code i / (heads / kvHeads)}. Causal: query t stands at absolute position {@code keys - tokens + t} and
 * sees positions up to its own.
 *
 * <p>No matrix of tokens x keys outlives a head: the backward pass recomputes probabilities from the log-sum-exp of each query
 * (Dao et al. 2022). Padding needs no mask as long as it stands at the end and attention is causal.
 *
 * <p><b>Exactness:</b> independent of threads and of other rows of the batch; deviation within {@code c n 2^-24 sum|a b|} of the
 * exact value. The forward pass has the same bits on every CPU backend: a query is scaled first; a score is summed by fma ascending
 * over dimensions, in blocks of {@link MatmulKernel#K_BLOCK} that are added; {@code e = exp(score - max)} by {@link FloatMath#exp};
 * their sum ascends over keys; {@code sum_j e_j v_j} by fma ascends over keys, in blocks like a score's, and is divided by the sum
 * at the end. Gradients are not bitwise between backends.
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

  /** Refuses operands of {@link #attention} that do not fit. */
  static void checkAttention(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp) {
    Operands operands = Operands.of("attention", "q, k, v, out, logSumExp", q, k, v, out, logSumExp);
    checkForward(operands, q, k, v, causal, out, logSumExp);
    operands.writable(out).writable(logSumExp).apart(out, q, k, v, logSumExp).apart(logSumExp, q, k, v);
  }

  /** Refuses operands of {@link #attentionBackward} that do not fit. */
  static void checkAttentionBackward(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp, Tensor gradOut,
      Tensor gradQ, Tensor gradK, Tensor gradV) {
    Operands operands = Operands.of("attentionBackward", "q, k, v, out, logSumExp, gradOut, gradQ, gradK, gradV",
        q, k, v, out, logSumExp, gradOut, gradQ, gradK, gradV);
    checkForward(operands, q, k, v, causal, out, logSumExp);
    operands.like(q, gradOut, gradQ).like(k, gradK, gradV).writable(gradQ).writable(gradK).writable(gradV)
        .apart(gradQ, q, k, v, out, logSumExp, gradOut, gradK, gradV).apart(gradK, q, k, v, out, logSumExp, gradOut, gradV)
        .apart(gradV, q, k, v, out, logSumExp, gradOut);
  }

  private static void checkForward(Operands operands, Tensor q, Tensor k, Tensor v, boolean causal, Tensor out,
      Tensor logSumExp) {
    operands.strided().ranked(q, 4, "q [batch, tokens, heads, headDim]").ranked(k, 4, "k [batch, keys, kvHeads, headDim]")
        .like(k, v).like(q, out)
        .require(q.dim(0) == k.dim(0) && q.dim(3) == k.dim(3), "q and k do not fit", "equal batch and headDim")
        .require(k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0, "heads do not fit", "a multiple of kvHeads query heads")
        .require(!causal || k.dim(1) >= q.dim(1), "fewer keys than tokens", "at least one key for each causal query")
        .shaped(logSumExp, Shape.of(q.dim(0), q.dim(2), q.dim(1)), "[batch, heads, tokens]");
  }
}
