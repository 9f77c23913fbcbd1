package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.util.Map;

/**
 * One row of a data file.
 *
 * @param where file and line, as in {@code sst2/train.tsv.gz:17}
 * @param values the text of each column
 */
public record Row(String where, Map<String, String> values) {

  /** Copies the values. */
  public Row {
    values = Map.copyOf(values);
  }

  /**
   * The text of a column.
   *
   * @throws BadInputException if the row has no such column
   */
  public String value(String column) {
    var value = values.get(column);
    if (value == null) {
      throw new BadInputException(where + ": no column \"" + column + "\"; found " + values.keySet().stream().sorted().toList());
    }
    return value;
  }
}
