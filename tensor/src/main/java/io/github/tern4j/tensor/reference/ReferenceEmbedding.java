package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;

/** {@link EmbeddingKernel} row by row. */
final class ReferenceEmbedding implements EmbeddingKernel {

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    EmbeddingKernel.checkGather(table, ids, out);
    int n = table.dim(1);
    for (int row = 0; row < ids.length; row++) {
      for (int i = 0; i < n; i++) {
        out.array()[out.arrayOffset() + row * n + i] = table.get(ids[row], i);
      }
    }
  }

  @Override
  public void scatterAdd(Tensor gradOut, int[] ids, Tensor gradTable) {
    EmbeddingKernel.checkScatterAdd(gradOut, ids, gradTable);
    int n = gradTable.dim(1);
    for (int row = 0; row < ids.length; row++) {
      for (int i = 0; i < n; i++) {
        gradTable.array()[gradTable.arrayOffset() + ids[row] * n + i] += gradOut.array()[gradOut.arrayOffset() + row * n + i];
      }
    }
  }
}
