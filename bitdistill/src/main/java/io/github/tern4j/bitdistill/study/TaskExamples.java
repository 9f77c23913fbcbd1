package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.GenerationExample;
import io.github.tern4j.bitdistill.task.Label;
import io.github.tern4j.bitdistill.task.Prompt;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import java.util.Arrays;
import java.util.List;

/**
 * Examples of tasks in token ids. Prompts begin with the boundary token, as the documents of pre-training do; what is too long
 * has its fields shortened.
 */
public final class TaskExamples {

  /** The token between documents. */
  public static final String BOUNDARY = "<|endoftext|>";

  private final Tokenizer tokenizer;
  private final int boundary;
  private final int maxTokens;

  /**
   * An encoder of examples.
   *
   * @param maxTokens the most tokens the model reads of an example
   * @throws BadInputException when the tokenizer lacks the boundary token
   */
  public TaskExamples(Tokenizer tokenizer, int maxTokens) {
    this.tokenizer = tokenizer;
    this.boundary = tokenizer.requiredId(BOUNDARY);
    this.maxTokens = maxTokens;
  }

  /**
   * The token that stands for each label: the first of its verbalizer.
   *
   * @throws BadInputException when two labels have the same first token
   */
  public int[] labelTokens(ClassificationTask task) {
    int[] labelTokens = task.labels().stream().mapToInt(label -> tokenizer.encode(label.verbalizer())[0]).toArray();
    if (Arrays.stream(labelTokens).distinct().count() < labelTokens.length) {
      throw new BadInputException("task " + task.name() + ": the answers "
          + task.labels().stream().map(Label::verbalizer).map(String::strip).toList() + " begin with the tokens "
          + Arrays.toString(labelTokens) + "; expected different ones (train the tokenizer with a larger vocabulary)");
    }
    return labelTokens;
  }

  /** Prompts with the label's token as answer. */
  public List<EncodedExample> classification(ClassificationTask task, List<ClassificationExample> examples) {
    int[] labelTokens = labelTokens(task);
    return examples.stream()
        .map(example -> new EncodedExample(prompt(example.prompt(), maxTokens), new int[] {labelTokens[example.label()]}))
        .toList();
  }

  /** Prompts with the target and the boundary token as answer, of which at most half the tokens are kept. */
  public List<EncodedExample> generation(List<GenerationExample> examples) {
    return examples.stream().map(example -> {
      int[] target = tokenizer.encode(" " + example.target());
      int[] answer = Arrays.copyOf(target, Math.min(target.length, maxTokens / 2) + 1);
      answer[answer.length - 1] = boundary;
      return new EncodedExample(prompt(example.prompt(), maxTokens + 1 - answer.length), answer);
    }).toList();
  }

  /** A prompt of at most {@code limit} tokens, the boundary among them. */
  public int[] prompt(Prompt prompt, int limit) {
    int[] text = prompt.encode(tokenizer::encode, limit - 1);
    int[] ids = new int[text.length + 1];
    ids[0] = boundary;
    System.arraycopy(text, 0, ids, 1, text.length);
    return ids;
  }
}
