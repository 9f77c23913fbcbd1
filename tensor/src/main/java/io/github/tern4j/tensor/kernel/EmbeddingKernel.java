package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/** Rows of a table by index: token embedding, and picking the rows of a batch that carry a label. Contiguous. */
public interface EmbeddingKernel extends Kernel {

  /**
   * {@code out[i] = table[ids[i]]}.
   *
   * @param table {@code [entries, n]}
   * @param out {@code [ids.length, n]}
   * @throws IllegalArgumentException when an id is outside the table
   */
  void gather(Tensor table, int[] ids, Tensor out);

  /** {@code gradTable[ids[i]] += gradOut[i]}, ascending in i, so that repeated ids add up in a fixed order. */
  void scatterAdd(Tensor gradOut, int[] ids, Tensor gradTable);
}
