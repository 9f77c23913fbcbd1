package io.github.tern4j.nn.data;

/**
 * A labelled example in token ids: the model reads {@code prompt} and learns to continue with {@code answer}.
 *
 * @param prompt at least one id, which is not learnt
 * @param answer at least one id: a label token, or a summary and its end token
 */
public record EncodedExample(int[] prompt, int[] answer) {

  /**
   * Checks that both parts have tokens.
   *
   * @throws IllegalArgumentException if one is empty
   */
  public EncodedExample {
    if (prompt.length == 0 || answer.length == 0) {
      throw new IllegalArgumentException("encoded example: prompt [" + prompt.length + "], answer [" + answer.length
          + "]; expected at least one token each");
    }
  }

  /** How many tokens the model reads: all but the last, which it only predicts. */
  int inputTokens() {
    return prompt.length + answer.length - 1;
  }
}
