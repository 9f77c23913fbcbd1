package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.report.Results;
import io.github.tern4j.bitdistill.study.Experiment;
import io.github.tern4j.bitdistill.study.StudyFolder;
import io.github.tern4j.bitdistill.study.StudyInput;
import io.github.tern4j.bitdistill.study.StudyInputs;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What {@code quickstart} and {@code run} read, where they work, and how they carry out their recipe. */
final class StudyFlags {

  @Option(names = "--data", paramLabel = "DIR",
      description = "Folder with the task's data and the corpora; none for task artificial.")
  private Optional<Path> data;

  @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run (default: a new one under runs/).")
  private Optional<Path> out;

  @Option(names = "--resume", description = "Go on with a run that was stopped, in --out or else the newest under runs/.")
  private boolean resume;

  /** Folder with the task's data and the corpora. */
  Optional<Path> data() {
    return data;
  }

  /**
   * Does what is still to do of a recipe, answers with the results and returns the exit code.
   *
   * @throws BadInputException when data are missing or broken, or the folder is taken or of another run
   */
  int run(Recipe recipe, CommonOptions common) throws Exception {
    StudyFolder folder = RunFolders.choose(out, recipe.name(), resume);
    StudyInput input = input(recipe, common.seed());
    folder.claim(recipe, common.seed());
    common.console().say("run folder: " + folder.root());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend()) {
        Experiment experiment = new Experiment(recipe, input, folder, backend, common.seed());
        Results results = experiment.run(BuildVersion.commit(), MachineProbe.machine(), System::nanoTime, stopRequested,
            common.progress());
        common.output().write(results, () -> ResultsTable.text(results) + "\nreport: " + experiment.report());
      }
      return 0;
    });
  }

  private StudyInput input(Recipe recipe, long seed) {
    if (recipe.task().equals(ClassificationTask.ARTIFICIAL.name())) {
      return StudyInputs.artificial(seed);
    }
    return StudyInputs.fromFolder(recipe, data.orElseThrow(() -> new BadInputException(
        recipe.name() + ": task " + recipe.task() + " without --data; expected --data DIR with that task's folder")));
  }
}
