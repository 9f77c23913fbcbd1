package io.github.tern4j.bitdistill.task;

import java.util.List;

/**
 * A class of a classification task.
 *
 * @param name as files spell it
 * @param verbalizer the answer that stands for it, with the space that joins it to the prompt; the model predicts its first
 *     token
 * @param numbers other spellings: the number of the label in numeric files
 */
public record Label(String name, String verbalizer, List<String> numbers) {

  /** Copies the numbers. */
  public Label {
    numbers = List.copyOf(numbers);
  }

  boolean spelled(String text) {
    return name.equals(text) || numbers.contains(text);
  }
}
