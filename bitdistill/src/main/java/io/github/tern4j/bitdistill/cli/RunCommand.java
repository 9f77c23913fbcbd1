package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run RECIPE.yaml}: a whole study from one file. */
@Command(name = "run", description = "A whole study from a recipe file, resumable stage by stage.")
final class RunCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;

  @Parameters(paramLabel = "RECIPE.yaml", description = "The recipe; its keys are those of the built-in quickstart recipes.")
  private Path recipeFile;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder with the task's data and the corpora; none for task artificial.")
  private Optional<Path> data;

  @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run (default: a new one under runs/).")
  private Optional<Path> out;

  @Option(names = "--resume", description = "Go on with a run that was stopped, in --out or else the newest under runs/.")
  private boolean resume;

  @Override
  public Integer call() throws Exception {
    Recipe recipe = RecipeFile.read(recipeFile);
    return StudyCommands.run(common, recipe, data, out, resume);
  }
}
