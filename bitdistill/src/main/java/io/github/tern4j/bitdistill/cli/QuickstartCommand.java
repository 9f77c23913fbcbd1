package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.recipe.RecipeFile;
import io.github.tern4j.bitdistill.study.ModelSize;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quickstart}: the whole pipeline on a small model. */
@Command(name = "quickstart",
    description = "The whole pipeline on a small model: teacher, BitNet-SFT baseline, stages 1 to 3, packed export, speed, report.html. "
        + "Without --data on an artificial language that the program generates.")
final class QuickstartCommand implements Callable<Integer> {

  private static final String ARTIFICIAL = "artificial";

  /** What the built-in recipes for real text are laid out for. */
  private static final double RECIPE_MINUTES = 60;

  @Mixin private CommonOptions common;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder with the task's data and the corpora.")
  private Optional<Path> data;

  @Option(names = "--task", paramLabel = "NAME", description = "Task in the data folder: sst2, mnli or qnli (default: sst2 with --data).")
  private Optional<String> task;

  @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run (default: a new one under runs/).")
  private Optional<Path> out;

  @Option(names = "--resume", description = "Go on with a run that was stopped, in --out or else the newest under runs/.")
  private boolean resume;

  @Option(names = "--size", paramLabel = "NAME", description = "Model size: tiny, small or medium (default: the recipe's).")
  private Optional<ModelSize> size;

  @Option(names = "--budget-minutes", paramLabel = "N",
      description = "With --data: about how long training may take on two cores (default: 60); tokens and epochs are scaled.")
  private Optional<Double> budgetMinutes;

  @Override
  public Integer call() throws Exception {
    return StudyCommands.run(common, recipe(), data, out, resume);
  }

  private Recipe recipe() {
    if (data.isEmpty() && task.filter(name -> !name.equals(ARTIFICIAL)).isPresent()) {
      throw new BadInputException("quickstart: task " + task.get() + " without --data; expected --data DIR with that task's folder");
    }
    Recipe recipe = data.isEmpty() ? RecipeFile.builtIn("quickstart") : builtIn(task.orElse("sst2"));
    Recipe sized = size.isPresent() ? recipe.withModel(size.get().model()) : recipe;
    if (budgetMinutes.isPresent() && !(budgetMinutes.get() > 0)) {
      throw new BadInputException("quickstart: --budget-minutes " + budgetMinutes.get() + "; expected a positive number");
    }
    return budgetMinutes.isPresent() ? sized.scaled(budgetMinutes.get() / RECIPE_MINUTES) : sized;
  }

  private static Recipe builtIn(String task) {
    return switch (task) {
      case "sst2", "mnli", "qnli" -> RecipeFile.builtIn("quickstart-" + task);
      default -> throw new BadInputException("quickstart: task " + task + "; expected sst2, mnli or qnli (others: run RECIPE.yaml)");
    };
  }
}
