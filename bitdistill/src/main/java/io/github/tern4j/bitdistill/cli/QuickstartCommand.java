package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.recipe.RecipeFile;
import io.github.tern4j.bitdistill.study.ModelSize;
import io.github.tern4j.tensor.BadInputException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quickstart}: the whole pipeline on a small model. */
@Command(name = "quickstart",
    description = "The whole pipeline on a small model: teacher, BitNet-SFT baseline, stages 1 to 3, packed export, speed, "
        + "report.html. Without --data on an artificial language that the program generates.")
final class QuickstartCommand implements Callable<Integer> {

  private static final String ARTIFICIAL = "artificial";
  private static final String DEFAULT_TASK = "sst2";

  /** What the built-in recipes for real text are laid out for. */
  private static final double RECIPE_MINUTES = 60;

  @Mixin private CommonOptions common;
  @Mixin private StudyFlags study;

  @Option(names = "--task", paramLabel = "NAME",
      description = "Task in the data folder: sst2, mnli or qnli (default: sst2 with --data).")
  private Optional<String> task;

  @Option(names = "--size", paramLabel = "NAME", description = "Model size: tiny, small or medium (default: the recipe's).")
  private Optional<ModelSize> size;

  @Option(names = "--budget-minutes", paramLabel = "N",
      description = "With --data: about how long training may take on two cores (default: 60); tokens and epochs are scaled.")
  private Optional<Double> budgetMinutes;

  @Override
  public Integer call() throws Exception {
    return study.run(recipe(), common);
  }

  private Recipe recipe() {
    Recipe recipe = builtIn(task.orElse(study.data().isPresent() ? DEFAULT_TASK : ARTIFICIAL));
    Recipe sized = size.map(chosen -> recipe.withModel(chosen.model())).orElse(recipe);
    if (budgetMinutes.isPresent() && !(budgetMinutes.get() > 0)) {
      throw new BadInputException("quickstart: --budget-minutes " + budgetMinutes.get() + "; expected a positive number");
    }
    return budgetMinutes.map(minutes -> sized.scaled(minutes / RECIPE_MINUTES)).orElse(sized);
  }

  private static Recipe builtIn(String task) {
    return switch (task) {
      case ARTIFICIAL -> RecipeFile.builtIn("quickstart");
      case "sst2", "mnli", "qnli" -> RecipeFile.builtIn("quickstart-" + task);
      default -> throw new BadInputException(
          "quickstart: task " + task + "; expected sst2, mnli or qnli (others: run RECIPE.yaml)");
    };
  }
}
