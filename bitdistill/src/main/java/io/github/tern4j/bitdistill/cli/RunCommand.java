package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code run RECIPE.yaml}: a whole study from one file. */
@Command(name = "run", description = "A whole study from a recipe file, resumable stage by stage.")
final class RunCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;
  @Mixin private StudyFlags study;

  @Parameters(paramLabel = "RECIPE.yaml", description = "The recipe; its keys are those of the built-in quickstart recipes.")
  private Path recipeFile;

  @Override
  public Integer call() throws Exception {
    return study.run(RecipeFile.read(recipeFile), common);
  }
}
