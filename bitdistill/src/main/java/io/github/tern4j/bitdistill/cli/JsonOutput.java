package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.json.Json;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a command answers with: JSON for scripts when {@code --json} was given, text for people otherwise. With {@code --json}
 * each answer is one object on a line of its own and nothing else reaches standard output.
 */
final class JsonOutput {

  private final Console console;
  private final boolean json;

  JsonOutput(Console console, boolean json) {
    this.console = console;
    this.json = json;
  }

  /** Whether answers are JSON, so that nothing else may be written among them. */
  boolean isJson() {
    return json;
  }

  /** The answer of commands that make a model. */
  void model(Path folder) {
    write(Map.of("model", folder.toString()), () -> "model: " + folder);
  }

  /**
   * Writes one answer.
   *
   * @param object a record or a map; see {@link Json} for how its keys are spelled
   * @param text the same for people, asked for only when it is shown
   */
  void write(Object object, Supplier<String> text) {
    console.result(json ? Json.line(object) : text.get());
  }
}
