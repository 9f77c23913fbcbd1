package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import java.util.Arrays;
import java.util.List;

/**
 * A classification task in token ids. The answer is the first token of the label's verbalizer, which has to differ from label to
 * label.
 *
 * @param train examples to learn from
 * @param evaluation examples to be judged on
 * @param labels right answers of {@code evaluation}, as label numbers
 * @param labelTokens the answer token of each label
 */
public record EncodedTask(List<EncodedExample> train, List<EncodedExample> evaluation, int[] labels, int[] labelTokens) {

  /**
   * Encodes a task; prompts longer than {@code maxTokens} have their fields shortened. Each begins with the boundary token, as the
   * documents of pre-training do.
   *
   * @param boundary the token between documents
   * @throws BadInputException when the tokenizer gives two labels the same first token
   */
  public static EncodedTask encode(ClassificationTask task, List<ClassificationExample> train,
      List<ClassificationExample> evaluation, Tokenizer tokenizer, int boundary,
      int maxTokens) {
    int[] labelTokens = task.labels().stream().mapToInt(label -> tokenizer.encode(label.verbalizer())[0]).toArray();
    if (Arrays.stream(labelTokens).distinct().count() < labelTokens.length) {
      throw new BadInputException("task " + task.name() + ": the answers "
          + task.labels().stream().map(label -> label.verbalizer().strip()).toList() + " begin with the tokens "
          + Arrays.toString(labelTokens) + "; expected different ones (train the tokenizer with a larger vocabulary)");
    }
    return new EncodedTask(encode(train, labelTokens, tokenizer, boundary, maxTokens),
        encode(evaluation, labelTokens, tokenizer, boundary, maxTokens), evaluation.stream().mapToInt(ClassificationExample::label).toArray(), labelTokens);
  }

  private static List<EncodedExample> encode(List<ClassificationExample> examples, int[] labelTokens, Tokenizer tokenizer, int boundary,
      int maxTokens) {
    return examples.stream().map(example -> {
      int[] text = example.prompt().encode(tokenizer::encode, maxTokens - 1);
      int[] prompt = new int[text.length + 1];
      prompt[0] = boundary;
      System.arraycopy(text, 0, prompt, 1, text.length);
      return new EncodedExample(prompt, new int[] {labelTokens[example.label()]});
    }).toList();
  }
}
