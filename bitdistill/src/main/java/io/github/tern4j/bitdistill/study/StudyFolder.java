package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.recipe.RecipeFile;
import io.github.tern4j.bitdistill.stage.History;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.nn.file.AtomicFile;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a study keeps what it makes: {@code tokenizer.json}, {@code corpus.tokens}, a model directory for each stage
 * ({@code base teacher bitnet-sft refined continued student}) with its curves beside it, and checkpoints while a stage is
 * running.
 *
 * @param root the folder
 */
public record StudyFolder(Path root) {

  /**
   * Makes the folder that of a recipe and seed, or checks that it is.
   *
   * @throws BadInputException when the folder belongs to another recipe or seed
   */
  public void claim(Recipe recipe, long seed) {
    Path file = root.resolve("study.json");
    Map<String, Object> identity = Map.of("recipe", RecipeFile.settings(recipe), "seed", seed);
    String text = Json.indented(new TreeMap<>(identity));
    if (!Files.exists(file)) {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
      return;
    }
    try {
      if (!Files.readString(file).equals(text)) {
        throw new BadInputException(
            file + ": this folder is of a run with another recipe or seed; expected the same, or another --out");
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The trained tokenizer. */
  public Path tokenizer() {
    return root.resolve("tokenizer.json");
  }

  /** The corpus in token ids. */
  public Path corpus() {
    return root.resolve("corpus.tokens");
  }

  /** The model directory of a stage. */
  public Path model(String stage) {
    return root.resolve(stage);
  }

  /** The packed model of a stage. */
  public Path packed(String stage) {
    return root.resolve(stage + ".ternary");
  }

  /** Whether a stage has ended. */
  boolean hasModel(String stage) {
    return Files.exists(model(stage).resolve("config.json"));
  }

  /** Where a running stage saves its state. */
  Path checkpoint(String stage) {
    return root.resolve(stage + ".checkpoint");
  }

  /** Removes the state of a stage that has ended. */
  void removeCheckpoint(String stage) {
    TrainingCheckpoints.remove(checkpoint(stage));
  }

  private Path historyFile(String stage) {
    return root.resolve(stage + ".curves.json");
  }

  /** The curves of a stage that has ended. */
  History history(String stage) {
    try {
      return Json.mapper().readValue(Files.readString(historyFile(stage)), History.class);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Keeps the curves of a stage. */
  void saveHistory(String stage, History history) {
    AtomicFile.write(historyFile(stage), Json.line(history).getBytes(StandardCharsets.UTF_8));
  }
}
