package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.data.PaddedBatches;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Supervised fine-tuning on a task, {@code L = CE} on the answer tokens: of a full-precision model (FP16-SFT, the teacher) or of
 * a ternary one (BitNet-SFT, the baseline that distillation is compared with).
 */
public final class TaskFinetuning {

  private final String title;
  private final TrainingOptions options;
  private final int epochs;

  /** A fine-tuning over {@code epochs} passes through the examples. */
  public TaskFinetuning(String title, TrainingOptions options, int epochs) {
    this.title = title;
    this.options = options;
    this.epochs = epochs;
  }

  /** Trains the model in place. */
  public History run(TrainableModel model, PaddedBatches batches, Optional<TrainingCheckpoints> checkpoints,
      BooleanSupplier stopRequested, Progress progress) {
    long steps = (long) epochs * batches.batchesPerEpoch();
    try (TrainingSession session = new TrainingSession(title, model, options.adamW(), options.schedule(steps), steps, checkpoints,
        stopRequested, progress)) {
      while (session.running()) {
        model.share().at(session.step(), options.quantizationWarmupSteps());
        PaddedBatch whole = batches.at(session.step());
        int answers = AnswerRows.of(whole).count();
        double crossEntropy = 0;
        for (PaddedBatch batch : whole.split(options.microBatches())) {
          float share = (float) AnswerRows.of(batch).count() / answers;
          try (Tape tape = Tape.recording(model.backend())) {
            VocabularyLoss loss = LanguageModelLoss.answers(tape, model, batch, share, options.checkpointed());
            crossEntropy += share * loss.crossEntropy();
            tape.backward(loss.total());
          }
        }
        session.finishStep(Map.of("ce", crossEntropy), whole.unpaddedTokens());
      }
      return session.history();
    }
  }
}
