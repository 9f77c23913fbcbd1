package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;

/** {@link EmbeddingKernel}: gathering parallel over rows, adding parallel over columns, so that ids may repeat. */
final class VectorEmbedding implements EmbeddingKernel {

  /** Columns of a task that adds: two cache lines. */
  private static final int COLUMNS = 32;

  private final Workers workers;

  VectorEmbedding(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    EmbeddingKernel.checkGather(table, ids, out);
    int n = table.dim(1);
    PanelSource source = PanelSource.of(table);
    Ranges.rows(workers, ids.length, n, (first, last) -> {
      for (int row = first; row < last; row++) {
        source.copy(table.arrayOffset() + ids[row] * n, n, out.array(), out.arrayOffset() + row * n);
      }
    });
  }

  @Override
  public void scatterAdd(Tensor gradOut, int[] ids, Tensor gradTable) {
    EmbeddingKernel.checkScatterAdd(gradOut, ids, gradTable);
    int n = gradTable.dim(1);
    Ranges.run(workers, n, COLUMNS, (first, last) -> {
      for (int row = 0; row < ids.length; row++) {
        Lanes.add(gradOut.array(), gradOut.arrayOffset() + row * n + first, last - first,
            gradTable.array(), gradTable.arrayOffset() + ids[row] * n + first);
      }
    });
  }
}
