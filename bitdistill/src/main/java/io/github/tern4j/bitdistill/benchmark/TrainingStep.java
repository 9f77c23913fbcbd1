package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.inspect.MemoryPlan;
import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.DistillationOptions;
import io.github.tern4j.bitdistill.stage.DistillationTerms;
import io.github.tern4j.bitdistill.stage.LanguageModelLoss;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A whole training step of a fresh model: a batch of random ids, forward, loss at every position with a next token, backward,
 * clipping of the gradient norm at 1, AdamW. It computes what the stages compute.
 */
public final class TrainingStep {

  private static final double RATE = 1e-4;

  /** Factor of LD: the paper's for classification. */
  private static final double LAMBDA = 10;

  /** Factor of each of the three relations: the author code's 1e5 divided by three. */
  private static final double GAMMA = 1e5 / 3;

  private final TrainingShape shape;
  private final TrainingMode mode;
  private final TrainableModel model;
  private final Optional<TrainableModel> teacher;
  private final AdamW optimizer;
  private final Rng ids;

  /** Builds the model, and the teacher where the mode has one. */
  public TrainingStep(TrainingShape shape, TrainingMode mode, Backend backend, Rng rng) {
    this.shape = shape;
    this.mode = mode;
    QwenConfig config = mode == TrainingMode.FP
        ? shape.config()
        : shape.config().withBitDistill(BitDistillConfig.paper(SubLn.PAPER));
    this.model = TrainableModel.build(config, ParameterSource.fresh(backend, rng.at("model")), backend);
    this.teacher = mode == TrainingMode.DISTILL
        ? Optional.of(TrainableModel.build(shape.config(), ParameterSource.fresh(backend, rng.at("teacher")), backend))
        : Optional.empty();
    this.optimizer = new AdamW(model.network().parameters(), AdamW.Options.defaults());
    this.ids = rng.at("ids");
  }

  /** What is trained. */
  TrainingShape shape() {
    return shape;
  }

  /** How it is trained. */
  TrainingMode mode() {
    return mode;
  }

  /** What the memory plan says will be resident at most. */
  public long plannedResidentBytes() {
    MemoryPlan plan = MemoryPlan.of(model.config(), shape.batch(), shape.tokens());
    long teacherWeights = plan.teacher().f32Weights();
    if (teacher.isEmpty()) {
      return plan.peak(shape.checkpointed() ? plan.recomputed() : plan.plain());
    }
    return shape.checkpointed() ? plan.recomputedDistillationPeak(teacherWeights) : plan.plainDistillationPeak(teacherWeights);
  }

  /** Does one step on a batch of its own and returns the loss. */
  double run() {
    PaddedBatch batch = batch(optimizer.steps());
    double loss = teacher.isPresent() ? distill(teacher.get(), batch) : predict(batch);
    optimizer.step(RATE);
    return loss;
  }

  private PaddedBatch batch(long step) {
    Rng ofStep = ids.at(step);
    int[] tokens = new int[shape.tokensPerStep()];
    int[] targets = new int[tokens.length];
    int[] lengths = new int[shape.batch()];
    Arrays.setAll(tokens, i -> ofStep.below(i, shape.config().vocabSize()));
    Arrays.setAll(targets, i -> (i + 1) % shape.tokens() == 0 ? PaddedBatch.IGNORED : tokens[i + 1]);
    Arrays.fill(lengths, shape.tokens());
    return new PaddedBatch(tokens, targets, lengths, shape.batch(), shape.tokens());
  }

  private double predict(PaddedBatch batch) {
    try (Tape tape = Tape.recording(model.backend())) {
      VocabularyLoss loss = LanguageModelLoss.nextToken(tape, model, batch, 1, shape.checkpointed());
      tape.backward(loss.total());
      return loss.crossEntropy();
    }
  }

  private double distill(TrainableModel from, PaddedBatch batch) {
    int last = shape.config().numHiddenLayers() - 1;
    RelationLoss relation =
        RelationLoss.paper(new RelationLoss.LayerPair(last, last), shape.config().numKeyValueHeads());
    DistillationOptions options =
        new DistillationOptions(LAMBDA, GAMMA, OptionalDouble.empty(), LogitsLoss.paper(), relation, 0);
    try (Tape tape = Tape.recording(model.backend()); Tape teacherTape = Tape.inference(model.backend())) {
      DistillationTerms terms = DistillationTerms.compute(tape, teacherTape, from, model, batch, options, options.factors(),
          shape.checkpointed());
      double value = tape.scalar(terms.total().value());
      tape.backward(terms.total());
      return value;
    }
  }
}
