package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import io.github.tern4j.bitdistill.model.FrozenModel;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.stage.Distillation;
import io.github.tern4j.bitdistill.stage.DistillationOptions;
import io.github.tern4j.bitdistill.stage.History;
import io.github.tern4j.bitdistill.stage.Pretraining;
import io.github.tern4j.bitdistill.stage.SubLnRefinement;
import io.github.tern4j.bitdistill.stage.TaskFinetuning;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.data.PackedBatches;
import io.github.tern4j.nn.data.PaddedBatches;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Carries out a recipe: base model, teacher (FP16-SFT), BitNet-SFT, stage 1, stage 2, stage 3. Each stage leaves a model
 * directory in the folder of the study; a stage that is there is not done again, one that was stopped goes on from its
 * checkpoint.
 */
public final class Study {

  private static final long STEPS_BETWEEN_CHECKPOINTS = 100;

  private final Recipe recipe;
  private final StudyFolder folder;
  private final Backend backend;
  private final long seed;
  private final Rng rng;
  private final BooleanSupplier stopRequested;
  private final Progress progress;

  /**
   * A study that computes on a backend.
   *
   * @param seed of all random numbers: weights and the order of batches
   * @param stopRequested asked between steps; a stopped stage saves its state and throws
   */
  public Study(Recipe recipe, StudyFolder folder, Backend backend, long seed, BooleanSupplier stopRequested, Progress progress) {
    this.recipe = recipe;
    this.folder = folder;
    this.backend = backend;
    this.seed = seed;
    this.rng = Rng.of(seed);
    this.stopRequested = stopRequested;
    this.progress = progress;
  }

  /**
   * The trained models.
   *
   * @param base the pre-trained full-precision model
   * @param teacher FP16-SFT
   * @param bitnetSft BitNet-SFT
   * @param refined the student after stage 1
   * @param continued the student after stage 2
   * @param student the student after stage 3
   */
  public record Models(Trained base, Trained teacher, Trained bitnetSft, Trained refined, Trained continued, Trained student) {}

  /**
   * A model and the curves of its training.
   *
   * @param model the model
   * @param history curves of the stage that made it
   */
  public record Trained(TrainableModel model, History history) {}

  /** Does what is still to do and returns all models. */
  Models run(Tokenizer tokenizer, TokenShard corpus, EncodedTask task) {
    Trained base = stage("base", () -> freshBase(tokenizer.vocabularySize()),
        model -> pretraining("base model", recipe.pretrain()).run(model, corpusBatches(corpus, recipe.pretrain(), "base"),
            checkpoints("base"), stopRequested, progress));
    Trained teacher = stage("teacher", () -> ModelFolder.load(folder.model("base"), backend, true),
        model -> finetuning("teacher: FP16-SFT", recipe.teacher()).run(model, taskBatches(task, recipe.teacher()),
            checkpoints("teacher"), stopRequested, progress));
    Trained bitnetSft = stage("bitnet-sft", () -> student(SubLn.NONE),
        model -> finetuning("baseline: BitNet-SFT", recipe.bitnetSft()).run(model, taskBatches(task, recipe.bitnetSft()),
            checkpoints("bitnet-sft"), stopRequested, progress));
    Trained refined = stage("refined", () -> refined(base.model, corpus), model -> new History());
    Trained continued = stage("continued", () -> ModelFolder.load(folder.model("refined"), backend, true),
        model -> pretraining("stage 2: continual pre-training", recipe.continued()).run(model,
            corpusBatches(corpus, recipe.continued(), "continued"), checkpoints("continued"), stopRequested, progress));
    Trained student = stage("student", () -> ModelFolder.load(folder.model("continued"), backend, true),
        model -> distilled(model, task));
    return new Models(base, teacher, bitnetSft, refined, continued, student);
  }

  private Trained stage(String name, Supplier<TrainableModel> start, Function<TrainableModel, History> train) {
    if (folder.hasModel(name)) {
      return new Trained(ModelFolder.load(folder.model(name), backend, true), folder.history(name));
    }
    TrainableModel model = start.get();
    History history = train.apply(model);
    folder.saveHistory(name, history);
    ModelFolder.save(model, folder.tokenizer(), folder.model(name));
    folder.removeCheckpoint(name);
    return new Trained(model, history);
  }

  private TrainableModel freshBase(int vocabulary) {
    Recipe.Model sizes = recipe.model();
    QwenConfig config = QwenConfig.of(vocabulary, sizes.hidden(), sizes.intermediate(), sizes.layers(), sizes.heads(),
        sizes.kvHeads(), sizes.headDim(), true, sizes.initializerRange());
    return TrainableModel.build(config, ParameterSource.fresh(backend, rng.at("weights")), backend);
  }

  private TrainableModel student(SubLn subLn) {
    try (Checkpoint base = Checkpoint.open(folder.model("base"))) {
      return SubLnRefinement.refine(QwenConfig.fromJson(base.config()), folder.model("base").toString(), base.model(),
          BitDistillConfig.paper(subLn), backend, rng.at("weights"));
    }
  }

  private TrainableModel refined(TrainableModel base, TokenShard corpus) {
    TrainableModel student = student(recipe.refine().subLn());
    if (recipe.refine().calibrateSubLn()) {
      SubLnRefinement.calibrate(base, student, corpusBatches(corpus, recipe.continued(), "continued").at(0));
    }
    return student;
  }

  private History distilled(TrainableModel student, EncodedTask task) {
    try (FrozenModel teacher = FrozenModel.open(folder.model("teacher"), backend, recipe.distill().teacherWeights())) {
      return distillation().run(teacher.model(), student, distillationBatches(task), checkpoints("student"), stopRequested,
          progress);
    }
  }

  private Pretraining pretraining(String title, Recipe.Pretrain stage) {
    return new Pretraining(title, options(stage.batch(), stage.rate(), stage.warmup()), stage.steps());
  }

  private TaskFinetuning finetuning(String title, Recipe.Finetune stage) {
    return new TaskFinetuning(title, options(stage.batch(), stage.rate(), stage.warmup()), stage.epochs());
  }

  private Distillation distillation() {
    Recipe.Distill stage = recipe.distill();
    LogitsLoss logits = new LogitsLoss((float) stage.tau(), false, LogitsLoss.Positions.ANSWER);
    RelationLoss relation = RelationLoss.paper(new RelationLoss.LayerPair(stage.layer(), stage.layer()), stage.splitHeads());
    DistillationOptions losses =
        new DistillationOptions(stage.lambda(), stage.gamma(), stage.gammaRatio(), logits, relation, stage.measureEvery());
    return new Distillation("stage 3: distillation", options(stage.batch(), stage.rate(), stage.warmup()), losses,
        stage.epochs());
  }

  private static TrainingOptions options(int batch, double rate, double warmup) {
    return new TrainingOptions(batch, 1, rate, warmup, AdamW.Options.defaults(), false, 0);
  }

  // Each stage reads the corpus in an order of its own, so that stage 2 does not begin with what the base model began with.
  private PackedBatches corpusBatches(TokenShard corpus, Recipe.Pretrain stage, String name) {
    return stage.inOrder()
        ? PackedBatches.inOrder(corpus, stage.batch(), stage.length())
        : new PackedBatches(corpus, stage.batch(), stage.length(), rng.at("corpus").at(name));
  }

  // The same order of examples for all methods, so that they differ in nothing but the method.
  private PaddedBatches taskBatches(EncodedTask task, Recipe.Finetune stage) {
    return new PaddedBatches(task.train(), stage.batch(), stage.maxTokens(), 0, rng.at("examples"));
  }

  private PaddedBatches distillationBatches(EncodedTask task) {
    Recipe.Distill stage = recipe.distill();
    return new PaddedBatches(task.train(), stage.batch(), stage.maxTokens(), 0, rng.at("examples"));
  }

  private Optional<TrainingCheckpoints> checkpoints(String name) {
    return Optional.of(new TrainingCheckpoints(folder.checkpoint(name), STEPS_BETWEEN_CHECKPOINTS, seed));
  }
}
