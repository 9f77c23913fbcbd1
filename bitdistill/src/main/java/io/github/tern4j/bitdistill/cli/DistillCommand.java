package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.loss.AttentionStates;
import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import io.github.tern4j.bitdistill.model.FrozenModel;
import io.github.tern4j.bitdistill.model.FrozenWeights;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.Distillation;
import io.github.tern4j.bitdistill.stage.DistillationOptions;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.nn.data.PaddedBatches;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code distill}: stage 3. */
@Command(name = "distill",
    description = "Stage 3: the student learns a task from labels and from the teacher's logits and attention relations.")
final class DistillCommand implements Callable<Integer> {

  private static final double RATE = 1e-3;

  @Mixin private CommonOptions common;
  @Mixin private TrainingFlags training;
  @Mixin private TaskFlags task;

  @Option(names = "--teacher", paramLabel = "DIR", required = true, description = "Full-precision model, fine-tuned on the task.")
  private Path teacherFolder;

  @Option(names = "--teacher-weights", paramLabel = "TYPE",
      description = "f32, or bf16: matrices stay in the mapped file, or are rounded where it has another type (default: bf16 where "
          + "the file has it, which changes no bit, else f32).")
  private Optional<FrozenWeights> teacherWeights;

  @Option(names = "--student", paramLabel = "DIR", required = true, description = "Ternary student after stage 1 or 2.")
  private Path studentFolder;

  @Option(names = "--lambda", paramLabel = "X", defaultValue = "10",
      description = "Factor of the logits term (default: ${DEFAULT-VALUE}).")
  private double lambda;

  @Option(names = "--gamma", paramLabel = "X", defaultValue = "100",
      description = "Factor of the relation term, plain mean (default: ${DEFAULT-VALUE}; the paper's 1e5 overwhelms small "
          + "models).")
  private double gamma;

  @Option(names = "--gamma-ratio", paramLabel = "X",
      description = "Set gamma on the first batches to this ratio of gradient norms, relation : cross-entropy.")
  private Optional<Double> gammaRatio;

  @Option(names = "--tau", paramLabel = "X", defaultValue = "5",
      description = "Temperature of the logits term (default: ${DEFAULT-VALUE}).")
  private float tau;

  @Option(names = "--tau-squared", description = "Multiply the logits term by tau^2 (author code).")
  private boolean tauSquared;

  @Option(names = "--logits-positions", paramLabel = "WHICH", defaultValue = "ANSWER",
      description = "answer (paper) or all_unpadded (author code) (default: answer).")
  private LogitsLoss.Positions positions;

  @Option(names = "--layer", paramLabel = "N", required = true,
      description = "Teacher layer whose relations are distilled, from 0.")
  private int layer;

  @Option(names = "--student-layer", paramLabel = "N", description = "Student layer that learns them (default: the same number).")
  private Optional<Integer> studentLayer;

  @Option(names = "--split-heads", paramLabel = "N", required = true,
      description = "Vectors a token is cut into for its relations.")
  private int splitHeads;

  @Option(names = "--relation", paramLabel = "MODE", defaultValue = "ALGORITHM1",
      description = "algorithm1, l2_scaled or equation12 (default: algorithm1).")
  private RelationMode mode;

  @Option(names = "--relation-temperature", paramLabel = "X", defaultValue = "1",
      description = "Divides scores (default: ${DEFAULT-VALUE}).")
  private float relationTemperature;

  @Option(names = "--taps", paramLabel = "STAGE", defaultValue = "ROPE",
      description = "Where Q and K are taken: projection, norm or rope (default: rope).")
  private AttentionStates.Stage stage;

  @Option(names = "--repeat-kv", description = "Repeat key and value heads to the number of query heads first.")
  private boolean repeatKeyValueHeads;

  @Option(names = "--keep-padding", description = "Let padded positions take part in relations (author code).")
  private boolean keepPadding;

  @Option(names = "--relation-mean", paramLabel = "FORM", defaultValue = "PLAIN",
      description = "plain, or author_code: divided once more by layers times split heads (default: plain).")
  private RelationLoss.Normalization normalization;

  @Option(names = "--measure-every", paramLabel = "N", defaultValue = "100",
      description = "Steps between measurements of the terms' gradient norms, 0 for none (default: ${DEFAULT-VALUE}).")
  private int measureEvery;

  @Override
  public Integer call() throws Exception {
    DistillationOptions losses = losses();
    TrainingOptions options = training.options(RATE);
    Path tokenizerFile = ModelFolder.tokenizer(studentFolder);
    PaddedBatches batches = task.batches(TokenizerFile.read(tokenizerFile), options, Rng.of(common.seed()).at("examples"));
    Distillation distillation = new Distillation("distill", options, losses, task.epochs());
    TrainingCheckpoints checkpoints = training.checkpoints(common.seed());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend();
          FrozenModel frozen = FrozenModel.open(teacherFolder, backend, teacherWeights)) {
        TrainableModel teacher = frozen.model();
        TrainableModel student = ModelFolder.load(studentFolder, backend, true);
        requireSameVocabulary(teacher.config(), student.config());
        losses.relation().check(teacher.config(), student.config());
        distillation.run(teacher, student, batches, Optional.of(checkpoints), stopRequested, common.progress());
        training.finish(student, tokenizerFile, common.output());
      }
      return 0;
    });
  }

  private void requireSameVocabulary(QwenConfig teacher, QwenConfig student) {
    if (teacher.vocabSize() != student.vocabSize()) {
      throw new BadInputException(teacherFolder + ": a vocabulary of " + teacher.vocabSize() + " tokens; expected the student's "
          + student.vocabSize());
    }
  }

  private DistillationOptions losses() {
    try {
      RelationLoss relation = new RelationLoss(List.of(new RelationLoss.LayerPair(layer, studentLayer.orElse(layer))), stage,
          mode, relationTemperature, splitHeads, new RelationLoss.Alpha(1, 1, 1), repeatKeyValueHeads, keepPadding,
          normalization);
      OptionalDouble ratio = gammaRatio.isPresent() ? OptionalDouble.of(gammaRatio.get()) : OptionalDouble.empty();
      return new DistillationOptions(lambda, gamma, ratio, new LogitsLoss(tau, tauSquared, positions), relation, measureEvery);
    } catch (IllegalArgumentException wrong) {
      throw new BadInputException(wrong.getMessage(), wrong);
    }
  }
}
