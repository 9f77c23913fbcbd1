package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;

/**
 * Parquet files, read by DuckDB within this process.
 *
 * <p>Only the columns asked for are read, cast to text by DuckDB: a date or time stamp beside them, whose conversion could
 * need an extension, is never touched, and DuckDB is kept from fetching extensions.
 */
final class ParquetRows {
  private static final Set<String> TEXT_OR_NUMBER = Set.of("VARCHAR", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT",
      "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT");

  private ParquetRows() {}

  static void read(Path file, List<String> columns, Consumer<Row> rows) {
    if (!Files.isReadable(file)) {
      throw new BadInputException(file + ": no such file");
    }
    if (file.toString().matches(".*[*?\\[\\]].*")) {
      throw new BadInputException(file + ": the path holds one of * ? [ ]; expected none, DuckDB takes them for a pattern");
    }
    try (var connection = connect()) {
      checkColumns(connection, file, columns);
      var list = columns.stream().map(column -> "CAST(" + quoted(column, '"') + " AS VARCHAR)").collect(Collectors.joining(", "));
      try (var statement = connection.createStatement();
          var results = statement.executeQuery("SELECT " + list + " FROM " + source(file))) {
        for (long number = 1; results.next(); number++) {
          var where = file + ":row " + number;
          var values = new HashMap<String, String>();
          for (int i = 0; i < columns.size(); i++) {
            var value = results.getString(i + 1);
            if (value == null) {
              throw new BadInputException(where + ": \"" + columns.get(i) + "\" is null; expected text or a number");
            }
            values.put(columns.get(i), value);
          }
          rows.accept(new Row(where, values));
        }
      }
    } catch (SQLException e) {
      throw new BadInputException(file + ": not a readable Parquet file: " + e.getMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static Connection connect() throws SQLException {
    var settings = new Properties();
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    // One thread and results in batches: a file larger than memory can pass through.
    settings.setProperty("threads", "1");
    settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    return new DuckDBDriver().connect("jdbc:duckdb:", settings);
  }

  private static void checkColumns(Connection connection, Path file, List<String> columns) throws SQLException {
    Map<String, String> types = new HashMap<>();
    try (var statement = connection.createStatement();
        var results = statement.executeQuery("DESCRIBE SELECT * FROM " + source(file))) {
      while (results.next()) {
        types.put(results.getString(1), results.getString(2));
      }
    }
    for (var column : columns) {
      var type = types.get(column);
      if (type == null) {
        throw new BadInputException(file + ": no column \"" + column + "\"; found " + types.keySet().stream().sorted().toList());
      }
      if (!TEXT_OR_NUMBER.contains(type)) {
        throw new BadInputException(file + ": column \"" + column + "\" is of type " + type + "; expected text or whole numbers");
      }
    }
  }

  private static String source(Path file) {
    return "read_parquet(" + quoted(file.toString(), '\'') + ")";
  }

  private static String quoted(String text, char quote) {
    var mark = String.valueOf(quote);
    return mark + text.replace(mark, mark + mark) + mark;
  }
}
