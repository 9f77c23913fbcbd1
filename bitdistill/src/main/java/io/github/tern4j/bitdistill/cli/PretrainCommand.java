package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.stage.Pretraining;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.bitdistill.study.ModelSize;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.tokenizer.Tokenizer;
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

/** {@code pretrain}: a full-precision base model from text. */
@Command(name = "pretrain", description = "Trains a full-precision base model on text.")
final class PretrainCommand implements Callable<Integer> {

  private static final double RATE = 3e-3;

  @Mixin private CommonOptions common;
  @Mixin private TrainingFlags training;
  @Mixin private CorpusFlags corpus;

  @Option(names = "--tokenizer", paramLabel = "FILE", required = true, description = "tokenizer.json of the model.")
  private Path tokenizerFile;

  @Option(names = "--size", paramLabel = "NAME", defaultValue = "SMALL",
      description = "Model size: tiny, small or medium (default: small).")
  private ModelSize size;

  @Option(names = "--config", paramLabel = "FILE", description = "config.json of a Qwen3 to train instead of a named size.")
  private Optional<Path> configFile;

  @Override
  public Integer call() throws Exception {
    Tokenizer tokenizer = TokenizerFile.read(tokenizerFile);
    QwenConfig config = config(tokenizer.vocabularySize());
    TrainingOptions options = training.options(RATE);
    long steps = corpus.steps(options);
    TrainingCheckpoints checkpoints = training.checkpoints(common.seed());
    Rng rng = Rng.of(common.seed());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend();
          TokenShard shard = corpus.encoded(training.tokens(), training.resumes(), tokenizer)) {
        TrainableModel model = TrainableModel.build(config, ParameterSource.fresh(backend, rng.at("weights")), backend);
        new Pretraining("pretrain", options, steps).run(model, corpus.batches(shard, options, rng.at("corpus")),
            Optional.of(checkpoints), stopRequested, common.progress());
        training.finish(model, tokenizerFile, common.output());
      }
      return 0;
    });
  }

  private QwenConfig config(int vocabulary) {
    if (configFile.isPresent()) {
      QwenConfig config = QwenConfig.fromJson(configFile.get());
      if (config.bitDistill().isPresent() || config.vocabSize() < vocabulary) {
        throw new BadInputException(configFile.get() + ": a ternary model, or a vocabulary of " + config.vocabSize()
            + "; expected a full-precision Qwen3 with at least the tokenizer's " + vocabulary + " tokens");
      }
      return config;
    }
    Recipe.Model sizes = size.model();
    return QwenConfig.of(vocabulary, sizes.hidden(), sizes.intermediate(), sizes.layers(), sizes.heads(), sizes.kvHeads(),
        sizes.headDim(), true, sizes.initializerRange());
  }
}
