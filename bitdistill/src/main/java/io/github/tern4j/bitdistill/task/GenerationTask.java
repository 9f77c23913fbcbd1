package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A task whose answer is a text.
 *
 * @param name as on the command line
 * @param template how a row becomes a prompt
 * @param targetColumn the column of the answer
 */
public record GenerationTask(String name, PromptTemplate template, String targetColumn) implements Task {
  /** CNN/DailyMail: highlights of a news article, one sentence a line. The prompt ends as in GPT-2's zero-shot summaries. */
  public static final GenerationTask CNN_DAILYMAIL =
      new GenerationTask("cnn_dailymail", new PromptTemplate("{article}\nTL;DR:", List.of("article")), "highlights");

  /** XSum: one sentence about a BBC article. */
  public static final GenerationTask XSUM =
      new GenerationTask("xsum", new PromptTemplate("{document}\nTL;DR:", List.of("document")), "summary");

  /** Every task of this kind. */
  public static final List<GenerationTask> ALL = List.of(CNN_DAILYMAIL, XSUM);

  @Override
  public List<String> columns() {
    return Stream.concat(template.columns().stream(), Stream.of(targetColumn)).toList();
  }

  /**
   * The prompt and target of a row.
   *
   * @throws BadInputException if a column is missing
   */
  public GenerationExample example(Row row) {
    return new GenerationExample(row.where(), template.fill(row), row.value(targetColumn));
  }
}
