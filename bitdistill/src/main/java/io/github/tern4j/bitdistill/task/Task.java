package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.stream.Stream;

/** What a model can be fine-tuned on. */
public sealed interface Task permits ClassificationTask, GenerationTask {

  /** The name on the command line and of the folder in a data directory. */
  String name();

  /** The columns that a data file must have. */
  List<String> columns();

  /** How a row becomes a prompt. */
  PromptTemplate template();

  /**
   * The task of a name.
   *
   * @throws BadInputException if there is none
   */
  static Task named(String name) {
    var tasks = Stream.concat(ClassificationTask.ALL.stream(), GenerationTask.ALL.stream()).map(Task.class::cast).toList();
    return tasks.stream().filter(task -> task.name().equals(name)).findFirst().orElseThrow(() ->
        new BadInputException(
            "task \"" + name + "\" is unknown; expected one of " + String.join(", ", tasks.stream().map(Task::name).toList())));
  }
}
