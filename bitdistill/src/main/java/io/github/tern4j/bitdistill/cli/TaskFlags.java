package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.study.TaskExamples;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.GenerationTask;
import io.github.tern4j.bitdistill.task.Task;
import io.github.tern4j.bitdistill.task.TaskData;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** A task and where its data lie. */
final class TaskFlags {

  @Option(names = "--task", paramLabel = "NAME", required = true,
      description = "sst2, mnli, qnli, rte, cola, ag_news, cnn_dailymail or xsum.")
  private String name;

  @Option(names = "--data", paramLabel = "DIR", required = true, description = "Folder that holds a folder of the task.")
  private Path data;

  @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "128",
      description = "Longest example; longer ones are shortened (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  /** The task. */
  Task task() {
    return Task.named(name);
  }

  /** Folder of the data. */
  Path data() {
    return data;
  }

  /** Longest example. */
  int maxTokens() {
    return maxTokens;
  }

  /** The examples of a split in token ids. */
  List<EncodedExample> examples(String split, Tokenizer tokenizer) {
    TaskExamples encoder = new TaskExamples(tokenizer, maxTokens);
    return switch (task()) {
      case ClassificationTask task -> encoder.classification(task, TaskData.read(data, task, split));
      case GenerationTask task -> encoder.generation(TaskData.read(data, task, split));
    };
  }
}
