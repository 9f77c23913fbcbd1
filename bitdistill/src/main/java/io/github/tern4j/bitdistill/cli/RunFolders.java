package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.study.StudyFolder;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Chooses the folder of a run, so that no run is overwritten by another. */
final class RunFolders {

  private static final Path RUNS = Path.of("runs");

  private RunFolders() {}

  /** {@code out} if given, else {@code runs/name-N} with the next free N, or the last used one when resuming. */
  static StudyFolder choose(Optional<Path> out, String name, boolean resume) {
    if (out.isPresent()) {
      if (Files.exists(out.get()) && !resume) {
        throw new BadInputException(out.get() + ": exists; expected a new folder, or --resume to go on with the run in it");
      }
      return new StudyFolder(out.get());
    }
    int next = 1;
    while (Files.exists(RUNS.resolve(name + "-" + next))) {
      next++;
    }
    if (resume && next == 1) {
      throw new BadInputException(RUNS.resolve(name + "-1") + ": no such run; expected one to resume");
    }
    return new StudyFolder(RUNS.resolve(name + "-" + (resume ? next - 1 : next)));
  }
}
