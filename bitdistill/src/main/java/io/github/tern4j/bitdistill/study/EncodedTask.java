package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import java.util.List;

/**
 * A classification task in token ids.
 *
 * @param train examples to learn from
 * @param evaluation examples to be judged on
 * @param labels right answers of {@code evaluation}, as label numbers
 * @param labelTokens the answer token of each label
 */
record EncodedTask(List<EncodedExample> train, List<EncodedExample> evaluation, int[] labels, int[] labelTokens) {

  static EncodedTask encode(StudyInput input, Tokenizer tokenizer, int maxTokens) {
    TaskExamples examples = new TaskExamples(tokenizer, maxTokens);
    return new EncodedTask(examples.classification(input.task(), input.train()),
        examples.classification(input.task(), input.evaluation()),
        input.evaluation().stream().mapToInt(ClassificationExample::label).toArray(), examples.labelTokens(input.task()));
  }
}
