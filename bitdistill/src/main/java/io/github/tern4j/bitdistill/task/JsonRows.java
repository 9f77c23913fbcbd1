package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One JSON object a line; strings, numbers and booleans are taken as text. */
final class JsonRows {
  private static final JsonMapper MAPPER = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private JsonRows() {}

  static void read(Path file, List<String> columns, Consumer<Row> rows) {
    try (var lines = new Utf8Lines(file)) {
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        rows.accept(row(lines.where(), line.get(), columns));
      }
    }
  }

  private static Row row(String where, String line, List<String> columns) {
    JsonNode object;
    try {
      object = MAPPER.readTree(line);
    } catch (JacksonException e) {
      throw new BadInputException(where + ": not valid JSON: " + e.getOriginalMessage().replace('\n', ' '), e);
    }
    if (!object.isObject()) {
      throw new BadInputException(where + ": found a JSON " + object.getNodeType() + "; expected an object with " + columns);
    }
    var values = new HashMap<String, String>();
    for (var column : columns) {
      var value = object.get(column);
      if (value == null) {
        throw new BadInputException(where + ": no key \"" + column + "\"; found " + object.propertyNames());
      }
      if (!value.isString() && !value.isNumber() && !value.isBoolean()) {
        throw new BadInputException(where + ": \"" + column + "\" is " + value.getNodeType() + "; expected text or a number");
      }
      values.put(column, value.asString());
    }
    return new Row(where, values);
  }
}
