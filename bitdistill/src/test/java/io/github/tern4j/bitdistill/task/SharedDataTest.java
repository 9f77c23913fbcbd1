package io.github.tern4j.bitdistill.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.SharedData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real data sets: all rows are read, with the counts of labels that the README beside them states. */
class SharedDataTest {

  @ParameterizedTest
  @CsvSource({"sst2,train,67349,0,29780", "sst2,dev,872,0,428", "mnli,train,9881,0,3211", "mnli,dev,5624,2,1851",
      "qnli,train,5634,0,2796", "qnli,dev,1285,1,646", "rte,train,2490,0,1249", "rte,dev,277,1,131", "cola,train,8551,0,2528",
      "cola,dev,1043,1,721", "ag_news,train,10001,3,2538", "ag_news,test,7600,1,1900"})
  void classificationRowsAndLabelsAreAsCounted(String name, String split, int rows, int label, int count) {
    var examples = TaskData.read(SharedData.folder("data"), (ClassificationTask) Task.named(name), split);
    assertThat(examples).hasSize(rows);
    assertThat(examples.stream().filter(example -> example.label() == label)).hasSize(count);
  }

  @ParameterizedTest
  @CsvSource({"cnn_dailymail,train,1000", "cnn_dailymail,dev,100", "cnn_dailymail,test,400", "xsum,sample,890"})
  void summariesAreAsCounted(String name, String split, int rows) {
    var examples = TaskData.read(SharedData.folder("data"), (GenerationTask) Task.named(name), split);
    assertThat(examples).hasSize(rows).allMatch(example -> !example.target().isBlank());
  }
}
