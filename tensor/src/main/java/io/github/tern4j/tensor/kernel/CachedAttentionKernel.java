package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.cache.KeyValueBlocks;

/**
 * Attention of the one query of a decoded token over stored keys and values.
 *
 * <p><b>Exactness:</b> the bits of {@link AttentionKernel} of the same backend over the widened keys and values, so that a text
 * has the same logits whether it is read at once or token by token. That kernel sums over keys in blocks of
 * {@link MatmulKernel#K_BLOCK} from the first key on. Independent of threads. Nothing is allocated, except working memory that
 * grows with the longest text.
 */
public interface CachedAttentionKernel extends Kernel {

  /**
   * The attention.
   *
   * @param memory keys and values
   * @param from first position that the query sees
   * @param to behind the last position that it sees, at most {@code capacity} positions
   * @param q {@code [heads headDim]} elements, contiguous; a multiple of the key-value heads
   * @param out like {@code q}, overwritten
   */
  void attention(KeyValueBlocks memory, int from, int to, Tensor q, Tensor out);

  /**
   * Stores the key and the value of a position, and does the attention of its query. In one method since both miss the caches, so
   * that it pays to do both for a head on the same thread.
   *
   * @param memory keys and values of the positions before
   * @param from first position that the query sees
   * @param position the position
   * @param k {@code [kvHeads headDim]} elements, contiguous
   * @param v like {@code k}
   * @param q {@code [heads headDim]} elements, contiguous; a multiple of the key-value heads
   * @param out like {@code q}, overwritten
   */
  default void storeAndAttend(KeyValueBlocks memory, int from, int position, Tensor k, Tensor v, Tensor q, Tensor out) {
    checkAttention(memory, from, position + 1, q, out);
    checkStored(memory, k, v);
    memory.put(position, k.array(), k.arrayOffset(), v.array(), v.arrayOffset());
    attention(memory, from, position + 1, q, out);
  }

  /** Refuses operands that do not fit. */
  static void checkStored(KeyValueBlocks memory, Tensor k, Tensor v) {
    int width = memory.heads() * memory.headDim();
    if (k.size() != width || v.size() != width || !k.isContiguous() || !v.isContiguous()) {
      throw Operands.of("cached attention", "k, v", k, v).failure(memory.heads() + " heads of " + memory.headDim() + " stored",
          "a key and a value for each of these heads, both contiguous");
    }
  }

  /** Refuses operands that do not fit. */
  static void checkAttention(KeyValueBlocks memory, int from, int to, Tensor q, Tensor out) {
    int width = memory.heads() * memory.headDim();
    if (from < 0 || to <= from || to - from > memory.capacity() || q.size() % width != 0 || q.size() != out.size()
        || !q.isContiguous() || !out.isContiguous()) {
      throw Operands.of("cached attention", "q, out", q, out).failure("positions " + from + " to " + to + " of a capacity of "
              + memory.capacity() + ", " + memory.heads() + " heads of " + memory.headDim(),
          "positions that are stored, q a multiple of the key-value heads, out like q, both contiguous");
    }
  }
}
