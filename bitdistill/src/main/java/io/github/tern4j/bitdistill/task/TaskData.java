package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a split of a task from a data directory: {@code DIR/TASK/SPLIT.tsv[.gz]}, {@code .jsonl[.gz]} or {@code .parquet},
 * Hugging Face's file names included. A split in parts ({@code train_subset.tsv}, {@code train_from_dev.tsv}) is merged in the
 * order of the file names, unless {@code train.tsv} exists.
 *
 * <p>All methods throw {@link BadInputException}, naming file and line, for a missing split or column, an unknown label, a row
 * with too few or too many fields, text that is not UTF-8, broken gzip or JSON, and a split without rows.
 */
public final class TaskData {
  private TaskData() {}

  /** The labelled prompts of a split, in file order. */
  public static List<ClassificationExample> read(Path directory, ClassificationTask task, String split) {
    return rows(directory, task, split).stream().map(task::example).toList();
  }

  /** The prompts and targets of a split, in file order. */
  public static List<GenerationExample> read(Path directory, GenerationTask task, String split) {
    return rows(directory, task, split).stream().map(task::example).toList();
  }

  private static List<Row> rows(Path directory, Task task, String split) {
    var rows = new ArrayList<Row>();
    for (var file : SplitFiles.find(directory, task.name(), split)) {
      int before = rows.size();
      var name = file.getFileName().toString();
      if (name.endsWith(".parquet")) {
        ParquetRows.read(file, task.columns(), rows::add);
      } else if (name.endsWith(".jsonl") || name.endsWith(".jsonl.gz")) {
        JsonRows.read(file, task.columns(), rows::add);
      } else {
        TsvRows.read(file, task.columns(), rows::add);
      }
      if (rows.size() == before) {
        throw new BadInputException(file + ": holds no rows; expected at least one with " + task.columns());
      }
    }
    return rows;
  }
}
