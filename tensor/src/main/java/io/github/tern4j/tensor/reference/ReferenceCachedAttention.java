package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.cache.KeyValueBlocks;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;

/** {@link CachedAttentionKernel} by its definition: widened, and then like any other attention. */
final class ReferenceCachedAttention implements CachedAttentionKernel {

  private final AttentionKernel attention = new ReferenceAttention();

  @Override
  public void attention(KeyValueBlocks memory, int from, int to, Tensor q, Tensor out) {
    CachedAttentionKernel.checkAttention(memory, from, to, q, out);
    Tensor keys = Tensor.zeros(1, to - from, memory.heads(), memory.headDim());
    Tensor values = Tensor.zeros(keys.shape());
    memory.widen(from, to, keys.array(), 0, values.array(), 0);
    int heads = Math.toIntExact(q.size() / memory.headDim());
    attention.attention(q.reshape(1, 1, heads, memory.headDim()), keys, values, true, out.reshape(1, 1, heads, memory.headDim()),
        Tensor.zeros(1, heads, 1));
  }
}
