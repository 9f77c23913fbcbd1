package io.github.tern4j.bitdistill.study;

import java.util.List;

/**
 * A classification task as text: the model reads a prompt and says a word.
 *
 * @param name the task
 * @param train labelled examples to learn from
 * @param evaluation labelled examples to be judged on, none of them in {@code train}
 * @param answers the word for each label, by label number
 */
public record TaskTexts(String name, List<Example> train, List<Example> evaluation, List<String> answers) {

  /**
   * One example.
   *
   * @param prompt what the model reads
   * @param label number of the right answer
   */
  public record Example(String prompt, int label) {}
}
