package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.data.PackedBatches;
import io.github.tern4j.nn.data.PaddedBatch;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Next-token training on general text, {@code L = -mean ln p(x_{t+1} | x_1 .. x_t)}: of a full-precision base model, and as stage
 * 2 (continual pre-training, Wu et al. 2025, eq. 7) of the ternary student.
 */
public final class Pretraining {

  private final String title;
  private final TrainingOptions options;
  private final long steps;

  /** A training over {@code steps} batches. */
  public Pretraining(String title, TrainingOptions options, long steps) {
    this.title = title;
    this.options = options;
    this.steps = steps;
  }

  /** Trains the model in place. */
  public History run(TrainableModel model, PackedBatches batches, Optional<TrainingCheckpoints> checkpoints,
      BooleanSupplier stopRequested, Progress progress) {
    int microBatches = options.microBatches();
    try (TrainingSession session = new TrainingSession(title, model, options.adamW(), options.schedule(steps), steps, checkpoints,
        stopRequested, progress)) {
      while (session.running()) {
        model.share().at(session.step(), options.quantizationWarmupSteps());
        double crossEntropy = 0;
        long tokens = 0;
        for (int micro = 0; micro < microBatches; micro++) {
          PaddedBatch batch = batches.at(session.step() * microBatches + micro);
          try (Tape tape = Tape.recording(model.backend())) {
            VocabularyLoss loss =
                LanguageModelLoss.nextToken(tape, model, batch, 1f / microBatches, options.checkpointed());
            crossEntropy += loss.crossEntropy() / microBatches;
            tape.backward(loss.total());
          }
          tokens += batch.ids().length;
        }
        session.finishStep(Map.of("ce", crossEntropy), tokens);
      }
      return session.history();
    }
  }
}
