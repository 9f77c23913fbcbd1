package io.github.tern4j.bitdistill.recipe;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads recipes from YAML 1.2; unknown, missing and mistyped keys are refused by name. */
public final class RecipeFile {

  private static final JsonMapper STRICT = Json.mapper().rebuild()
      .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
      .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
      .build();

  private RecipeFile() {}

  /**
   * Reads a recipe.
   *
   * @throws BadInputException when the file is absent, no YAML or no recipe
   */
  public static Recipe read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException failure) {
      throw new BadInputException(file + ": cannot be read (" + failure.getMessage() + "); expected a recipe in YAML", failure);
    }
  }

  /** One of the recipes that come with the program, for example {@code quickstart}. */
  public static Recipe builtIn(String name) {
    try (InputStream in = RecipeFile.class.getResourceAsStream(name + ".yaml")) {
      if (in == null) {
        throw new IllegalArgumentException("recipe: no built-in " + name);
      }
      return parse(name + ".yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A recipe as nested maps and lists, for reports. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> settings(Recipe recipe) {
    return Json.mapper().convertValue(recipe, Map.class);
  }

  private static Recipe parse(String origin, String yaml) {
    try {
      Object tree = new Load(LoadSettings.builder().setLabel(origin).setSchema(new CoreSchema()).build()).loadFromString(yaml);
      if (!(tree instanceof Map<?, ?>)) {
        throw new BadInputException(origin + ": no recipe; expected YAML keys name, task, model, ..");
      }
      return STRICT.convertValue(tree, Recipe.class);
    } catch (YamlEngineException failure) {
      throw new BadInputException(origin + ": no YAML: " + oneLine(failure) + "; expected a recipe", failure);
    } catch (JacksonException failure) {
      throw new BadInputException(origin + ": " + failure.getOriginalMessage().lines().findFirst().orElse("")
          + " at " + failure.getPathReference() + "; expected the keys of a recipe", failure);
    }
  }

  private static String oneLine(Exception failure) {
    return String.valueOf(failure.getMessage()).replaceAll("\\s+", " ");
  }
}
