package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.Row;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A labelled sentence pair.
 *
 * @param premise two clauses, "the blim is dalky and the dorp is hulpy ."
 * @param hypothesis one clause without a full stop, "the blim is vondy"
 * @param label {@code entailment}, {@code contradiction} or {@code neutral}
 */
public record Pair(String premise, String hypothesis, String label) {

  /** The pairs as rows of {@link ClassificationTask#ARTIFICIAL}. */
  public static List<ClassificationExample> examples(List<Pair> pairs) {
    return IntStream.range(0, pairs.size()).mapToObj(i -> pairs.get(i).example("pair " + (i + 1))).toList();
  }

  private ClassificationExample example(String where) {
    return ClassificationTask.ARTIFICIAL.example(
        new Row(where, Map.of("premise", premise, "hypothesis", hypothesis, "label", label)));
  }
}
