package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;

/** Tab-separated values with a header line and, as in GLUE, no quoting: a quotation mark is text. */
final class TsvRows {
  private TsvRows() {}

  static void read(Path file, List<String> columns, Consumer<Row> rows) {
    try (var lines = new Utf8Lines(file)) {
      var header = lines.next().map(TsvRows::split)
          .orElseThrow(() -> new BadInputException(file + ": is empty; expected a header line with " + columns));
      var places = columns.stream().map(header::indexOf).toList();
      if (places.contains(-1)) {
        var missing = columns.stream().filter(column -> !header.contains(column)).toList();
        throw new BadInputException(lines.where() + ": the header lacks " + missing + "; found " + header);
      }
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        var fields = split(line.get());
        if (fields.size() != header.size()) {
          throw new BadInputException(lines.where() + ": the row has " + fields.size() + " fields; expected " + header.size()
              + " as in the header " + header);
        }
        var values = new HashMap<String, String>();
        for (int i = 0; i < columns.size(); i++) {
          values.put(columns.get(i), fields.get(places.get(i)));
        }
        rows.accept(new Row(lines.where(), values));
      }
    }
  }

  private static List<String> split(String line) {
    return List.of(line.split("\t", -1));
  }
}
