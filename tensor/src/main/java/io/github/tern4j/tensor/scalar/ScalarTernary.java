package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryWords;

/** A ternary matrix multiplied by its {@linkplain TernaryWords words}, a few tokens at a time. Threads share the rows. */
final class ScalarTernary implements PreparedTernary {

  private final TernaryWords words;
  private final float scale;
  private final Workers workers;

  /** A matrix; {@code scale} is not read when groups have scales. */
  ScalarTernary(TernaryWords words, float scale, Workers workers) {
    this.words = words;
    this.scale = scale;
    this.workers = workers;
  }

  @Override
  public void product(TernaryInput input, Tensor out) {
    product(input.codes(), input.gamma(), out);
  }

  @Override
  public void product(Tensor codes, Tensor gamma, Tensor out) {
    TernaryLayout layout = words.layout();
    TernaryProductKernel.checkProduct(layout.rows(), layout.columns(), codes, gamma, out);
    int rows = codes.dim(0);
    for (int token = 0; token < rows; token += SumTables.TOKENS) {
      int first = token;
      int tokens = Math.min(SumTables.TOKENS, rows - first);
      SumTables tables = new SumTables(layout, codes, first, tokens);
      workers.run(Math.ceilDiv(layout.panels(), layout.blockPanels()), block -> {
        int panel = block * layout.blockPanels();
        BlockSums sums = new BlockSums(words, panel, Math.min(layout.panels() - panel, layout.blockPanels()), tokens);
        sums.add(tables);
        sums.write(scale, gamma, first, out);
      });
    }
  }

  @Override
  public long byteSize() {
    return words.segment().byteSize();
  }
}
