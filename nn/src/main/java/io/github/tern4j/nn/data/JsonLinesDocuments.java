package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents of a JSON Lines file: the string in the field {@code text} of each line's object; blank lines are skipped. */
final class JsonLinesDocuments implements DocumentReader {
  private static final String FIELD = "text";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Utf8Lines lines;

  JsonLinesDocuments(Path file) {
    this.file = file;
    lines = new Utf8Lines(file);
  }

  @Override
  public Optional<String> next() {
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (!line.get().isBlank()) {
        String text = text(line.get());
        if (!text.isBlank()) {
          return Optional.of(text);
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    lines.close();
  }

  private String text(String line) {
    JsonNode text;
    try {
      text = JSON.readTree(line).path(FIELD);
    } catch (JacksonException e) {
      throw new BadInputException("%s: line %d is not valid JSON (%s); expected one object a line"
          .formatted(file, lines.lineNumber(), e.getOriginalMessage().replace('\n', ' ')), e);
    }
    if (!text.isString()) {
      throw new BadInputException("%s: line %d has no string in the field \"%s\"; expected {\"%s\": \"...\"}"
          .formatted(file, lines.lineNumber(), FIELD, FIELD));
    }
    return text.asString();
  }
}
