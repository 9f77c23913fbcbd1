package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.data.PackedBatches;
import io.github.tern4j.nn.data.PaddedBatches;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Every stage of training on a model of a few thousand weights, all random numbers from one seed. */
enum SmallStage {
  PRETRAINING(false),
  CONTINUAL_PRETRAINING(true),
  FULL_PRECISION_FINETUNING(false),
  TERNARY_FINETUNING(true),
  DISTILLATION(true),
  DISTILLATION_WITH_GAMMA_RATIO(true),
  DISTILLATION_ON_ALL_TOKENS(true);

  /** Ids of the shard's tokenizer: bytes and special tokens. */
  static final int VOCABULARY = 259;

  /** Sequences of a step. */
  static final int BATCH = 4;

  /** Optimizer steps of every stage. */
  static final int STEPS = 6;

  /** The most tokens of a sequence. */
  static final int TOKENS = 12;

  private static final int EPOCHS = 2;
  private static final int EXAMPLES = BATCH * STEPS / EPOCHS;
  private static final double RATE = 0.01;

  private final boolean ternary;

  SmallStage(boolean ternary) {
    this.ternary = ternary;
  }

  /** What a test varies: how the same mathematics is computed, and the warm-up of quantization. */
  record Way(int microBatches, boolean checkpointed, int quantizationWarmupSteps) {

    static final Way PLAIN = new Way(1, false, 0);

    private TrainingOptions options() {
      AdamW.Options defaults = AdamW.Options.defaults();
      // No clipping, so that the first moments of the first step are the gradients times 1 - beta1.
      AdamW.Options unclipped = new AdamW.Options(defaults.beta1(), defaults.beta2(), defaults.eps(), defaults.weightDecay(),
          1e9);
      return new TrainingOptions(BATCH, microBatches, RATE, 0.2, unclipped, checkpointed, quantizationWarmupSteps);
    }
  }

  /** A model with the weights of a seed. */
  TrainableModel model(Backend backend, long seed) {
    return model(backend, seed, ternary);
  }

  private static TrainableModel model(Backend backend, long seed, boolean ternary) {
    QwenConfig full = QwenConfig.of(VOCABULARY, 16, 24, 2, 4, 2, 6, true, 0.3);
    QwenConfig config = ternary ? full.withBitDistill(BitDistillConfig.paper(SubLn.PAPER)) : full;
    return TrainableModel.build(config, ParameterSource.fresh(backend, Rng.of(seed).at("weights")), backend);
  }

  /** Trains a model for {@link #STEPS} steps, or until a stop is requested. */
  History run(TrainableModel model, TokenShard shard, long seed, Way way, Optional<TrainingCheckpoints> checkpoints,
      BooleanSupplier stopRequested) {
    TrainingOptions options = way.options();
    return switch (this) {
      case PRETRAINING, CONTINUAL_PRETRAINING -> new Pretraining("pretraining", options, STEPS).run(model,
          new PackedBatches(shard, BATCH / way.microBatches, TOKENS, Rng.of(seed)), checkpoints, stopRequested,
          Progress.silent());
      case FULL_PRECISION_FINETUNING, TERNARY_FINETUNING -> new TaskFinetuning("fine-tuning", options, EPOCHS)
          .run(model, examples(seed), checkpoints, stopRequested, Progress.silent());
      case DISTILLATION, DISTILLATION_WITH_GAMMA_RATIO, DISTILLATION_ON_ALL_TOKENS ->
          new Distillation("distillation", options, distillation(), EPOCHS).run(model(model.backend(), seed + 1, false), model,
              examples(seed), checkpoints, stopRequested, Progress.silent());
    };
  }

  /** Distils a teacher into a student for {@link #STEPS} steps. */
  static History distil(TrainableModel teacher, TrainableModel student, long seed) {
    return new Distillation("distillation", Way.PLAIN.options(), DISTILLATION_WITH_GAMMA_RATIO.distillation(), EPOCHS)
        .run(teacher, student, examples(seed), Optional.empty(), () -> false, Progress.silent());
  }

  private DistillationOptions distillation() {
    OptionalDouble ratio = this == DISTILLATION_WITH_GAMMA_RATIO ? OptionalDouble.of(0.5) : OptionalDouble.empty();
    LogitsLoss.Positions positions =
        this == DISTILLATION_ON_ALL_TOKENS ? LogitsLoss.Positions.ALL_UNPADDED : LogitsLoss.Positions.ANSWER;
    return new DistillationOptions(10, 100, ratio, new LogitsLoss(5, false, positions),
        RelationLoss.paper(new RelationLoss.LayerPair(1, 1), 4), 2);
  }

  // Prompts and answers of unequal lengths, so that a batch is padded and its parts hold unequal numbers of tokens.
  private static PaddedBatches examples(long seed) {
    Rng rng = Rng.of(seed).at("examples");
    return new PaddedBatches(IntStream.range(0, EXAMPLES).mapToObj(i -> {
      Rng ofExample = rng.at(i);
      int[] prompt = new int[1 + ofExample.below(0, TOKENS - 2)];
      int[] answer = new int[1 + ofExample.below(1, 2)];
      Arrays.setAll(prompt, at -> ofExample.below(2 + at, VOCABULARY));
      Arrays.setAll(answer, at -> ofExample.below(100 + at, VOCABULARY));
      return new EncodedExample(prompt, answer);
    }).toList(), BATCH, TOKENS, 0, Rng.of(seed));
  }
}
