package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.qwen3.Taps;

/** Cross-entropy of a language model on a batch; it is differentiated by {@code tape.backward(loss.total())}. */
public final class LanguageModelLoss {

  private LanguageModelLoss() {}

  /**
   * {@code weight} times the mean of {@code -ln p(x_{t+1} | x_1 .. x_t)} over all positions that have a target.
   *
   * @param weight 1, or the share of a micro-batch
   * @param checkpointed whether layers are computed again in the backward pass
   */
  public static VocabularyLoss nextToken(Tape tape, TrainableModel model, PaddedBatch batch, float weight, boolean checkpointed) {
    Variable hidden = hidden(tape, model, batch, checkpointed);
    return VocabularyLoss.compute(tape, hidden, model.network().head(), batch.targets(), weight);
  }

  /** The same mean where few positions have a target: logits are computed for these alone. */
  static VocabularyLoss answers(Tape tape, TrainableModel model, PaddedBatch batch, float weight, boolean checkpointed) {
    AnswerRows answers = AnswerRows.of(batch);
    Variable hidden = answers.pick(tape, hidden(tape, model, batch, checkpointed));
    return VocabularyLoss.compute(tape, hidden, model.network().head(), answers.targets(), weight);
  }

  private static Variable hidden(Tape tape, TrainableModel model, PaddedBatch batch, boolean checkpointed) {
    return model.network().hidden(tape, batch.ids(), batch.batch(), batch.tokens(), Taps.NONE, checkpointed);
  }
}
