package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.Pretraining;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Path;
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
    Path tokenizerFile = ModelFolder.tokenizer(modelFolder);
    Tokenizer tokenizer = TokenizerFile.read(tokenizerFile);
    TrainingOptions options = training.options(RATE);
    long steps = corpus.steps(options);
    TrainingCheckpoints checkpoints = training.checkpoints(common.seed());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend()) {
        TrainableModel model = ModelFolder.load(modelFolder, backend, true);
        try (TokenShard shard = corpus.encoded(training.tokens(), training.resumes(), tokenizer)) {
          new Pretraining("continual pre-training", options, steps).run(model,
              corpus.batches(shard, options, Rng.of(common.seed()).at("corpus")), Optional.of(checkpoints), stopRequested,
              common.progress());
        }
        training.finish(model, tokenizerFile, common.output());
      }
      return 0;
    });
  }
}
