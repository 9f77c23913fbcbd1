package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a shell does: at white space, except inside single or double quotes. Nothing is expanded,
 * and a backslash is a character like any other.
 */
final class CommandWords {

  private CommandWords() {}

  /**
   * The words.
   *
   * @param what what to call the command line in messages
   * @throws BadInputException when a quote is not closed or there is no word
   */
  static List<String> split(String what, String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (char c : line.toCharArray()) {
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (!Character.isWhitespace(c)) {
        word.append(c);
        inWord = true;
      } else if (inWord) {
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    if (quote != 0) {
      throw new BadInputException(what + " '" + line + "': a quote (" + quote + ") is not closed; expected a command line");
    }
    if (words.isEmpty()) {
      throw new BadInputException(what + " '" + line + "': no word; expected a command line");
    }
    return words;
  }
}
