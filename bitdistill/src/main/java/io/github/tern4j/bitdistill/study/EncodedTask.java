package io.github.tern4j.bitdistill.study;

import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import java.util.Arrays;
import java.util.List;

/**
 * A classification task in token ids. The answer is the first token of its word, which has to differ from label to label.
 *
 * @param train examples to learn from
 * @param evaluation examples to be judged on
 * @param labels right answers of {@code evaluation}, as label numbers
 * @param labelTokens the answer token of each label
 */
record EncodedTask(List<EncodedExample> train, List<EncodedExample> evaluation, int[] labels, int[] labelTokens) {

  /**
   * Encodes a task; prompts longer than {@code maxTokens} lose their beginning.
   *
   * @throws BadInputException when the tokenizer gives two labels the same first token
   */
  static EncodedTask encode(TaskTexts texts, Tokenizer tokenizer, int maxTokens) {
    int[] labelTokens = texts.answers().stream().mapToInt(answer -> tokenizer.encode(answer)[0]).toArray();
    if (Arrays.stream(labelTokens).distinct().count() < labelTokens.length) {
      throw new BadInputException("task " + texts.name() + ": the answers " + texts.answers() + " begin with the tokens "
          + Arrays.toString(labelTokens) + "; expected different ones (train the tokenizer with a larger vocabulary)");
    }
    return new EncodedTask(encode(texts.train(), labelTokens, tokenizer, maxTokens),
        encode(texts.evaluation(), labelTokens, tokenizer, maxTokens),
        texts.evaluation().stream().mapToInt(TaskTexts.Example::label).toArray(), labelTokens);
  }

  private static List<EncodedExample> encode(List<TaskTexts.Example> examples, int[] labelTokens, Tokenizer tokenizer, int maxTokens) {
    return examples.stream().map(example -> {
      int[] ids = tokenizer.encode(example.prompt());
      int[] kept = Arrays.copyOfRange(ids, Math.max(0, ids.length - maxTokens), ids.length);
      return new EncodedExample(kept, new int[] {labelTokens[example.label()]});
    }).toList();
  }
}
