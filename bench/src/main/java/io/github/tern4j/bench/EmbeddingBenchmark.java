package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * The token embedding, random rows of {@code [vocabulary, hidden]}: gather reads and writes rows hidden floats, scatterAdd reads
 * twice as many and writes them once.
 */
public class EmbeddingBenchmark extends LayerBenchmark {

  private EmbeddingKernel kernel;
  private int[] ids;
  private Tensor table;
  private Tensor rows;
  private Tensor gradOut;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(EmbeddingKernel.class);
    ids = new int[layer.rows()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Rng.of(1).below(i, layer.vocabulary());
    }
    table = normal(2, layer.vocabulary(), layer.hidden());
    rows = allocate(layer.rows(), layer.hidden());
    gradOut = normal(3, layer.rows(), layer.hidden());
  }

  @Override
  void verify(Backend reference) {
    EmbeddingKernel expected = reference.kernel(EmbeddingKernel.class);
    Tensor hostTable = host(table);
    Tensor expectedRows = Tensor.zeros(rows.shape());
    gather();
    expected.gather(hostTable, ids, expectedRows);
    verifySameBits("gather", rows, expectedRows);
    scatterAdd();
    expected.scatterAdd(host(gradOut), ids, hostTable);
    expected.gather(hostTable, ids, expectedRows);
    gather();
    verifySameBits("scatterAdd", rows, expectedRows);
  }

  /** The embeddings of all tokens. */
  @Benchmark
  public void gather() {
    kernel.gather(table, ids, rows);
  }

  /** Their gradients, added to the rows of a table. */
  @Benchmark
  public void scatterAdd() {
    kernel.scatterAdd(gradOut, ids, table);
  }
}
