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

/** What {@code quickstart} and {@code run} do with their recipe. */
final class StudyCommands {

  private StudyCommands() {}

  static int run(CommonOptions common, Recipe recipe, Optional<Path> data, Optional<Path> out, boolean resume) throws Exception {
    StudyInput input = input(recipe, data, common.seed());
    StudyFolder folder = RunFolders.choose(out, recipe.name(), resume);
    folder.claim(recipe, common.seed());
    common.console().say("run folder: " + folder.root());
    return Interrupt.stoppable(common.console(), stopRequested -> {
      try (Backend backend = common.openBackend()) {
        Experiment experiment = new Experiment(recipe, input, folder, backend, common.seed());
        Results results = experiment.run(BuildVersion.commit(), MachineProbe.machine(), System::nanoTime, stopRequested, common.progress());
        common.output().write(results, () -> ResultsTable.text(results) + "\nreport: " + experiment.report());
      }
      return 0;
    });
  }

  private static StudyInput input(Recipe recipe, Optional<Path> data, long seed) {
    if (recipe.task().equals(ClassificationTask.ARTIFICIAL.name())) {
      return StudyInputs.artificial(seed);
    }
    if (data.isEmpty()) {
      throw new BadInputException(
          recipe.name() + ": task " + recipe.task() + " without --data; expected --data DIR with that task's folder");
    }
    return StudyInputs.fromFolder(recipe, data.get());
  }
}
