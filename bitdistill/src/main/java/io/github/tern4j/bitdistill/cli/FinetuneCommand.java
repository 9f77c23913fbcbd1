package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.SubLnRefinement;
import io.github.tern4j.bitdistill.stage.TaskFinetuning;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.nn.data.PaddedBatches;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code finetune}: a model learns a task from labels. */
@Command(name = "finetune",
    description = "Fine-tunes a model on a task: --bits 16 is FP16-SFT (the teacher), --bits 1.58 BitNet-SFT.")
final class FinetuneCommand implements Callable<Integer> {

  private static final String FULL = "16";
  private static final String TERNARY = "1.58";
  private static final double FULL_RATE = 3e-4;
  private static final double TERNARY_RATE = 1e-3;

  @Mixin private CommonOptions common;
  @Mixin private TrainingFlags training;
  @Mixin private TaskFlags task;

  @Option(names = "--model", paramLabel = "DIR", required = true,
      description = "The model to start from; with --bits 1.58 a full-precision one becomes ternary.")
  private Path modelFolder;

  @Option(names = "--bits", paramLabel = "16|1.58", defaultValue = FULL,
      description = "Precision (default: ${DEFAULT-VALUE}).")
  private String bits;

  @Override
  public Integer call() throws Exception {
    if (!bits.equals(FULL) && !bits.equals(TERNARY)) {
      throw new BadInputException("--bits " + bits + "; expected 16 or 1.58");
    }
    TrainingOptions options = training.options(bits.equals(FULL) ? FULL_RATE : TERNARY_RATE);
    Path tokenizerFile = ModelFolder.tokenizer(modelFolder);
    Rng rng = Rng.of(common.seed());
    PaddedBatches batches = task.batches(TokenizerFile.read(tokenizerFile), options, rng.at("examples"));
    TaskFinetuning finetuning = new TaskFinetuning("finetune", options, task.epochs());
    TrainingCheckpoints checkpoints = training.checkpoints(common.seed());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend()) {
        TrainableModel model = model(backend, rng);
        finetuning.run(model, batches, Optional.of(checkpoints), stopRequested, common.progress());
        training.finish(model, tokenizerFile, common.output());
      }
      return 0;
    });
  }

  private TrainableModel model(Backend backend, Rng rng) {
    try (Checkpoint checkpoint = Checkpoint.open(modelFolder)) {
      QwenConfig config = QwenConfig.fromJson(checkpoint.config());
      boolean student = config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent();
      if (student && bits.equals(FULL)) {
        throw new BadInputException(modelFolder + ": a ternary model; expected --bits 1.58, or a full-precision model");
      }
      return student || bits.equals(FULL)
          ? ModelFolder.load(modelFolder, backend, true)
          : SubLnRefinement.refine(config, modelFolder.toString(), checkpoint.model(), BitDistillConfig.paper(SubLn.NONE),
              backend, rng);
    }
  }
}
