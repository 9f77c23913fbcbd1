package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.data.PaddedBatches;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Stage 3: the ternary student learns the task from labels and from the fine-tuned full-precision teacher's logits and attention
 * relations (Wu et al. 2025, eq. 8-14).
 */
public final class Distillation {

  /** Batches that gamma is set on when it is set from a ratio of gradient norms. */
  private static final int CALIBRATION_BATCHES = 4;

  private final String title;
  private final TrainingOptions training;
  private final DistillationOptions requested;
  private final int epochs;

  /** A distillation over {@code epochs} passes through the examples. */
  public Distillation(String title, TrainingOptions training, DistillationOptions options, int epochs) {
    this.title = title;
    this.training = training;
    this.requested = options;
    this.epochs = epochs;
  }

  /** Trains the student in place; the teacher stays as it is. */
  public History run(TrainableModel teacher, TrainableModel student, PaddedBatches batches,
      Optional<TrainingCheckpoints> checkpoints, BooleanSupplier stopRequested, Progress progress) {
    long steps = (long) epochs * batches.batchesPerEpoch();
    try (TrainingSession session = new TrainingSession(title, student, training.adamW(), training.schedule(steps), steps,
        checkpoints, stopRequested, progress)) {
      double gamma = session.constant("gamma", () -> gamma(teacher, student, batches));
      DistillationOptions options = requested.withGamma(gamma);
      while (session.running()) {
        student.share().at(session.step(), training.quantizationWarmupSteps());
        PaddedBatch whole = batches.at(session.step());
        if (options.measureEvery() > 0 && session.step() % options.measureEvery() == 0) {
          observe(session, GradientNorms.measure(teacher, student, whole, options), options);
        }
        Map<String, Double> losses = new LinkedHashMap<>();
        for (PaddedBatch batch : whole.split(training.microBatches())) {
          TermFactors shares = TermFactors.shares(batch, whole, options);
          try (Tape tape = Tape.recording(student.backend()); Tape teacherTape = Tape.inference(teacher.backend())) {
            DistillationTerms terms = DistillationTerms.compute(tape, teacherTape, teacher, student, batch, options,
                options.factors().times(shares), training.checkpointed());
            losses.merge("ce", shares.crossEntropy() * terms.crossEntropy(), Double::sum);
            losses.merge("ld", shares.logits() * terms.logits(), Double::sum);
            losses.merge("ad", shares.relation() * terms.relation(), Double::sum);
            tape.backward(terms.total());
          }
        }
        session.finishStep(losses, whole.unpaddedTokens());
      }
      return session.history();
    }
  }

  // gamma as requested, or such that ||gamma grad AD|| = ratio ||grad CE|| on the mean of the first batches
  private double gamma(TrainableModel teacher, TrainableModel student, PaddedBatches batches) {
    if (requested.gammaRatio().isEmpty()) {
      return requested.gamma();
    }
    double crossEntropy = 0;
    double relation = 0;
    for (int i = 0; i < CALIBRATION_BATCHES; i++) {
      GradientNorms norms = GradientNorms.measure(teacher, student, batches.at(i), requested);
      crossEntropy += norms.crossEntropy();
      relation += norms.relation();
    }
    return relation == 0 ? requested.gamma() : requested.gammaRatio().getAsDouble() * crossEntropy / relation;
  }

  private static void observe(TrainingSession session, GradientNorms norms, DistillationOptions options) {
    session.observe("gradient_ce", norms.crossEntropy());
    session.observe("gradient_ld", options.lambda() * norms.logits());
    session.observe("gradient_ad", options.gamma() * norms.relation());
    session.observe("ratio_ld_ce", options.lambda() * norms.logits() / norms.crossEntropy());
    session.observe("ratio_ad_ce", options.gamma() * norms.relation() / norms.crossEntropy());
  }
}
