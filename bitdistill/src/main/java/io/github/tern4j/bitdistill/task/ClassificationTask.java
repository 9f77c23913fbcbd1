package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A task with a fixed set of labels, decided by the token after the prompt: the label whose verbalizer begins with the
 * likeliest token. The verbalizers of a task begin with different letters, hence with different tokens in every tokenizer that
 * never yields a lone space before a word.
 *
 * @param name as on the command line
 * @param template how a row becomes a prompt
 * @param labelColumn the column of the label
 * @param labels in the order of the indices
 */
public record ClassificationTask(String name, PromptTemplate template, String labelColumn, List<Label> labels) implements Task {
  /** SST-2: is the opinion of a film-review phrase good or bad? Numbers as in GLUE. */
  public static final ClassificationTask SST2 =
      new ClassificationTask("sst2", template("{sentence} It was", "sentence"), "label",
          List.of(label("negative", "terrible", "0"), label("positive", "great", "1")));

  /** MNLI: does the premise entail the hypothesis? Numbers as in the Hugging Face copy of GLUE; GLUE's own files hold names. */
  public static final ClassificationTask MNLI =
      new ClassificationTask("mnli", template("{premise} Question: {hypothesis} Answer:", "premise", "hypothesis"), "label",
          List.of(label("entailment", "yes", "0"), label("neutral", "maybe", "1"), label("contradiction", "no", "2")));

  /** QNLI: does the sentence hold the answer to the question? Numbers as in the Hugging Face copy of GLUE. */
  public static final ClassificationTask QNLI =
      new ClassificationTask("qnli", template("{sentence} Question: {question} Answered:", "sentence", "question"), "label",
          List.of(label("entailment", "yes", "0"), label("not_entailment", "no", "1")));

  /** RTE: does the first sentence entail the second? Numbers as in the Hugging Face copy of GLUE. */
  public static final ClassificationTask RTE =
      new ClassificationTask("rte", template("{sentence1} Question: {sentence2} Answer:", "sentence1", "sentence2"), "label",
          List.of(label("entailment", "yes", "0"), label("not_entailment", "no", "1")));

  /** CoLA: is the sentence acceptable English? Numbers as in GLUE. */
  public static final ClassificationTask COLA =
      new ClassificationTask("cola", template("{sentence} This is", "sentence"), "label",
          List.of(label("unacceptable", "wrong", "0"), label("acceptable", "correct", "1")));

  /** AG News: the topic of a news item. Numbers as in the Hugging Face copy, from 0 (the original CSV files count from 1). */
  public static final ClassificationTask AG_NEWS =
      new ClassificationTask("ag_news", template("{text} Topic:", "text"), "label",
          List.of(label("World", "world", "0"), label("Sports", "sports", "1"), label("Business", "business", "2"),
              label("Sci/Tech", "technology", "3")));

  /** The generated language of the quickstart; its labels are spelled by name alone. */
  public static final ClassificationTask ARTIFICIAL =
      new ClassificationTask("artificial", template("{premise} ask {hypothesis}", "premise", "hypothesis"), "label",
          List.of(label("entailment", "yes"), label("neutral", "maybe"), label("contradiction", "no")));

  /** Every task of this kind. */
  public static final List<ClassificationTask> ALL = List.of(SST2, MNLI, QNLI, RTE, COLA, AG_NEWS, ARTIFICIAL);

  /** Copies the labels. */
  public ClassificationTask {
    labels = List.copyOf(labels);
  }

  @Override
  public List<String> columns() {
    return Stream.concat(template.columns().stream(), Stream.of(labelColumn)).toList();
  }

  /**
   * The prompt and label of a row.
   *
   * @throws BadInputException if a column is missing or the label is unknown
   */
  public ClassificationExample example(Row row) {
    return new ClassificationExample(row.where(), template.fill(row), labelIndex(row));
  }

  private int labelIndex(Row row) {
    var text = row.value(labelColumn);
    return IntStream.range(0, labels.size()).filter(i -> labels.get(i).spelled(text)).findFirst().orElseThrow(() ->
        new BadInputException(row.where() + ": label \"" + text + "\" is unknown to task " + name + "; expected one of "
            + spellings() + (text.equals("-1") ? " (-1 marks a split whose labels are withheld)" : "")));
  }

  private String spellings() {
    return String.join(", ", labels.stream()
        .map(label -> label.numbers().isEmpty() ? label.name() : label.name() + " (" + String.join(", ", label.numbers()) + ")")
        .toList());
  }

  private static PromptTemplate template(String text, String... shortened) {
    return new PromptTemplate(text, List.of(shortened));
  }

  private static Label label(String name, String verbalizer, String... numbers) {
    return new Label(name, " " + verbalizer, List.of(numbers));
  }
}
