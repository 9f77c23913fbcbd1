package io.github.tern4j.bitdistill.task;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A prompt with the places of its fields.
 *
 * @param text columns in braces: {@code {premise} question: {hypothesis} answer:}; it does not end in a space, the answer
 *     begins with one
 * @param shortened the columns in the order in which they are cut when a prompt is too long
 */
public record PromptTemplate(String text, List<String> shortened) {
  private static final Pattern PLACE = Pattern.compile("( ?)\\{([a-z0-9_]+)\\}");

  /** Checks that the order of shortening names every field once. */
  public PromptTemplate {
    shortened = List.copyOf(shortened);
    var columns = columns(text);
    if (columns.size() != shortened.size() || !shortened.containsAll(columns) || !columns.containsAll(shortened)) {
      throw new IllegalArgumentException(
          "prompt template: the order of shortening " + shortened + " does not name each field of " + columns + " once");
    }
  }

  /** The columns that occur, in reading order. */
  public List<String> columns() {
    return columns(text);
  }

  /**
   * The prompt of a row.
   *
   * @throws io.github.tern4j.tensor.BadInputException if a column is missing
   */
  public Prompt fill(Row row) {
    var pieces = new ArrayList<Prompt.Piece>();
    var place = PLACE.matcher(text);
    int literal = 0;
    while (place.find()) {
      if (place.start() > literal) {
        pieces.add(new Prompt.Piece(text.substring(literal, place.start()), 0));
      }
      var column = place.group(2);
      pieces.add(new Prompt.Piece(place.group(1) + row.value(column), 1 + shortened.indexOf(column)));
      literal = place.end();
    }
    if (literal < text.length()) {
      pieces.add(new Prompt.Piece(text.substring(literal), 0));
    }
    return new Prompt(pieces);
  }

  private static List<String> columns(String text) {
    return PLACE.matcher(text).results().map(match -> match.group(2)).toList();
  }
}
