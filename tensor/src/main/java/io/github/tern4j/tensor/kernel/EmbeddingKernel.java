package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;

/** Rows of a table by index: token embedding, and picking the rows of a batch that carry a label. Contiguous. */
public interface EmbeddingKernel extends Kernel {

  /**
   * {@code out[i] = table[ids[i]]}.
   *
   * @param table {@code [entries, n]}; F32, or BF16 as files store it, which is widened exactly
   * @param out {@code [ids.length, n]}
   * @throws IllegalArgumentException when an id is outside the table
   */
  void gather(Tensor table, int[] ids, Tensor out);

  /** {@code gradTable[ids[i]] += gradOut[i]}, ascending in i, so that repeated ids add up in a fixed order. */
  void scatterAdd(Tensor gradOut, int[] ids, Tensor gradTable);

  /** Refuses operands of {@link #gather} that do not fit, and ids outside the table. */
  static void checkGather(Tensor table, int[] ids, Tensor out) {
    check(Operands.of("gather", "table, out", table, out).contiguous(table).apart(out, table), table, ids, out);
  }

  /** Refuses operands of {@link #scatterAdd} that do not fit, and ids outside the table. */
  static void checkScatterAdd(Tensor gradOut, int[] ids, Tensor gradTable) {
    Operands operands = Operands.of("scatterAdd", "gradOut, gradTable", gradOut, gradTable).contiguous().apart(gradTable, gradOut);
    check(operands, gradTable, ids, gradOut);
  }

  private static void check(Operands operands, Tensor table, int[] ids, Tensor rows) {
    operands.ranked(table, 2, "a table [entries, n]").shaped(rows, Shape.of(ids.length, table.dim(1)), "[ids, n]");
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= table.dim(0)) {
        throw operands.failure("id " + ids[i] + " at position " + i + " is outside the table", "0.." + (table.dim(0) - 1));
      }
    }
  }
}
