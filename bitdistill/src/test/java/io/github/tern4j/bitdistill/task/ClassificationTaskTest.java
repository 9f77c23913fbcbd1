package io.github.tern4j.bitdistill.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class ClassificationTaskTest {
  static final List<ClassificationTask> TASKS = ClassificationTask.ALL;

  @ParameterizedTest
  @FieldSource("TASKS")
  void answersBeginWithASpaceAndDifferentLetters(ClassificationTask task) {
    assertThat(task.labels()).extracting(Label::verbalizer).allMatch(word -> word.matches(" [a-z]+"));
    assertThat(task.labels()).extracting(label -> label.verbalizer().charAt(1)).doesNotHaveDuplicates();
    assertThat(task.template().text()).doesNotEndWith(" ");
  }

  @ParameterizedTest
  @CsvSource({"sst2,positive,1", "mnli,neutral,1", "mnli,contradiction,2", "qnli,not_entailment,1", "rte,entailment,0",
      "cola,acceptable,1", "ag_news,Sci/Tech,3"})
  void namesAndNumbersMeanTheSameLabel(String name, String label, String number) {
    var task = (ClassificationTask) Task.named(name);
    assertThat(task.example(row(task, label)).label()).isEqualTo(task.example(row(task, number)).label());
    assertThat(task.labels().get(task.example(row(task, number)).label()).name()).isEqualTo(label);
  }

  @Test
  void anUnknownLabelIsNamedWithItsPlaceAndTheLabelsThatExist() {
    assertThatThrownBy(() -> ClassificationTask.SST2.example(row(ClassificationTask.SST2, "good")))
        .isInstanceOf(BadInputException.class)
        .hasMessage("file.tsv:3: label \"good\" is unknown to task sst2; expected one of negative (0), positive (1)");
  }

  @Test
  void aWithheldLabelIsExplained() {
    assertThatThrownBy(() -> ClassificationTask.RTE.example(row(ClassificationTask.RTE, "-1")))
        .hasMessageContaining("withheld");
  }

  @Test
  void anUnknownTaskIsAnsweredWithTheNamesThatExist() {
    assertThatThrownBy(() -> Task.named("sst3")).isInstanceOf(BadInputException.class)
        .hasMessage("task \"sst3\" is unknown; "
            + "expected one of sst2, mnli, qnli, rte, cola, ag_news, artificial, cnn_dailymail, xsum");
  }

  private static Row row(ClassificationTask task, String label) {
    var values = new HashMap<String, String>();
    task.columns().forEach(column -> values.put(column, "text"));
    values.put(task.labelColumn(), label);
    return new Row("file.tsv:3", Map.copyOf(values));
  }
}
