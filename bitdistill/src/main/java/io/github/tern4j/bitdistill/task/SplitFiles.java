package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the files of a split.
 *
 * <p>In the folder of the task, then in the sub-folders that Hugging Face's copies use, {@code SPLIT.EXTENSION} is taken alone
 * if it exists; otherwise all {@code SPLIT_*} and {@code SPLIT-*} in the order of their names, such as {@code
 * train-00000-of-00002.parquet}. Dev can be called {@code validation}. MNLI's mismatched part is left out.
 */
final class SplitFiles {
  /** The task's own folder; "data" of most Hugging Face copies; the version that names the folder of CNN/DailyMail. */
  private static final List<String> FOLDERS = List.of("", "data", "3.0.0");

  private static final List<String> EXTENSIONS = List.of(".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".parquet");

  private SplitFiles() {}

  static List<Path> find(Path data, String task, String split) {
    var folder = data.resolve(task);
    if (!Files.isDirectory(folder)) {
      throw new BadInputException(folder + ": no such folder; expected the data of task " + task);
    }
    var names = split.equals("dev") ? List.of("dev", "validation") : List.of(split);
    for (var sub : FOLDERS) {
      for (var name : names) {
        var files = inFolder(folder.resolve(sub), name);
        if (!files.isEmpty()) {
          return files;
        }
      }
    }
    throw new BadInputException(folder + ": no files of split " + split + "; expected " + String.join(" or ", names)
        + " with one of " + String.join(" ", EXTENSIONS) + "; found " + list(folder).stream().map(SplitFiles::name).toList());
  }

  private static List<Path> inFolder(Path folder, String split) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    var candidates = list(folder).stream().filter(file -> EXTENSIONS.stream().anyMatch(name(file)::endsWith)).toList();
    var exact = candidates.stream().filter(file -> EXTENSIONS.contains(name(file).replaceFirst("^" + split, ""))).toList();
    if (exact.size() > 1) {
      throw new BadInputException(folder + ": several files of split " + split + ": "
          + exact.stream().map(SplitFiles::name).collect(Collectors.joining(", ")) + "; expected one");
    }
    if (!exact.isEmpty()) {
      return exact;
    }
    return candidates.stream()
        .filter(file -> name(file).startsWith(split + "_") || name(file).startsWith(split + "-"))
        .filter(file -> !name(file).contains("mismatched"))
        .toList();
  }

  private static List<Path> list(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
