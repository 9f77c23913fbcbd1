package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Embedding;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import java.util.stream.IntStream;

/**
 * The positions of a batch whose next token is an answer token. Only for those are logits computed: with one label token a
 * sentence, the product with the vocabulary all but vanishes.
 *
 * @param rows positions in {@code 0 .. batch tokens - 1}
 * @param targets the answer token after each of them
 */
record AnswerRows(int[] rows, int[] targets) {

  static AnswerRows of(PaddedBatch batch) {
    int[] all = batch.targets();
    int[] rows = IntStream.range(0, all.length).filter(row -> all[row] != CrossEntropyKernel.IGNORED).toArray();
    return new AnswerRows(rows, IntStream.of(rows).map(row -> all[row]).toArray());
  }

  int count() {
    return rows.length;
  }

  /** The rows of {@code hidden [batch tokens, n]} at these positions. */
  Variable pick(Tape tape, Variable hidden) {
    return Embedding.rows(tape, hidden, rows);
  }
}
