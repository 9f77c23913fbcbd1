package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.Pretraining;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code continue}: stage 2, continual pre-training of the student (or of any model). */
@Command(name = "continue", description = "Stage 2: continual pre-training of a refined student on text.")
final class ContinueCommand implements Callable<Integer> {

  private static final double RATE = 1e-3;

  @Mixin private CommonOptions common;
  @Mixin private TrainingFlags training;
  @Mixin private CorpusFlags corpus;

  @Option(names = "--model", paramLabel = "DIR", required = true, description = "The refined student.")
  private Path modelFolder;

  @Override
  public Integer call() throws Exception {
    Path tokenizer = ModelFolder.tokenizer(modelFolder);
    TrainingCheckpoints checkpoints = training.checkpoints(common.seed());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend(); TokenShard shard = corpus.shard(training.out(), TokenizerFile.read(tokenizer))) {
        TrainableModel model = ModelFolder.load(modelFolder, backend, true);
        new Pretraining("continual pre-training", training.options(RATE), corpus.steps(training.batch())).run(model,
            corpus.batches(shard, training.batch() / training.options(RATE).microBatches(), Rng.of(common.seed()).at("corpus")),
            Optional.of(checkpoints), stopRequested, common.progress());
        ModelFolder.save(model, tokenizer, training.out());
        training.removeCheckpoints();
        common.output().write(Map.of("model", training.out().toString()), () -> "model: " + training.out());
      }
      return 0;
    });
  }
}
