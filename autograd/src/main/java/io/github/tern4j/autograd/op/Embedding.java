package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;

/** Rows of a table by index. */
public final class Embedding {

  private Embedding() {}

  /**
   * {@code out[i] = table[ids[i]]}; derivative: {@code dTable[ids[i]] += dOut[i]}, repeated ids adding up in order. Also picks
   * the rows of a batch that carry a label.
   *
   * @param table {@code [entries, n]}
   * @return {@code [ids.length, n]}
   */
  public static Variable rows(Tape tape, Variable table, int[] ids) {
    EmbeddingKernel kernel = tape.kernel(EmbeddingKernel.class);
    Tensor out = tape.allocate(ids.length, table.dim(-1));
    kernel.gather(table.value(), ids, out);
    return tape.result("embedding", out, gradOut -> {
      GradientTarget gradTable = table.gradientTarget();
      if (!gradTable.accumulate()) {
        tape.kernel(CopyKernel.class).fill(0, gradTable.tensor());
      }
      kernel.scatterAdd(gradOut, ids, gradTable.tensor());
    }, table);
  }
}
