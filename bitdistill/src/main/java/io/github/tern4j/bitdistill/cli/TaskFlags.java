package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.bitdistill.study.TaskExamples;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.GenerationTask;
import io.github.tern4j.bitdistill.task.Task;
import io.github.tern4j.bitdistill.task.TaskData;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.data.PaddedBatches;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The labelled examples of {@code finetune} and {@code distill}, and how often they are gone through. */
final class TaskFlags {

  private static final String SPLIT = "train";

  /** Any id will do: padding is neither read nor learnt. */
  private static final int PADDING = 0;

  @Option(names = "--task", paramLabel = "NAME", required = true,
      description = "sst2, mnli, qnli, rte, cola, ag_news, cnn_dailymail or xsum.")
  private String name;

  @Option(names = "--data", paramLabel = "DIR", required = true, description = "Folder that holds a folder of the task.")
  private Path data;

  @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "128",
      description = "Longest example; longer ones are shortened (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(names = "--epochs", paramLabel = "N", defaultValue = "2",
      description = "Passes through the examples (default: ${DEFAULT-VALUE}).")
  private int epochs;

  /** Passes through the examples. */
  int epochs() {
    if (epochs < 1) {
      throw new BadInputException("--epochs " + epochs + "; expected at least 1");
    }
    return epochs;
  }

  /**
   * The batches of the training split.
   *
   * @throws BadInputException when data are missing or broken, or examples do not fit into {@code --max-tokens}
   */
  PaddedBatches batches(Tokenizer tokenizer, TrainingOptions options, Rng rng) {
    TaskExamples encoder = new TaskExamples(tokenizer, maxTokens);
    List<EncodedExample> examples = switch (Task.named(name)) {
      case ClassificationTask task -> encoder.classification(task, TaskData.read(data, task, SPLIT));
      case GenerationTask task -> encoder.generation(TaskData.read(data, task, SPLIT));
    };
    return new PaddedBatches(examples, options.batch(), maxTokens, PADDING, rng);
  }
}
