package io.github.tern4j.bitdistill.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.data.DocumentSource;
import io.github.tern4j.tensor.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskDataTest {
  @TempDir Path directory;

  @Test
  void readsATableWithoutQuoting() {
    write("sst2/train.tsv", "sentence\tlabel\n\"an 'odd\" film\t1\nbad\t0\n");
    var rows = TaskData.read(directory, ClassificationTask.SST2, "train");
    assertThat(rows).extracting(row -> row.prompt().text()).containsExactly("\"an 'odd\" film It was", "bad It was");
    assertThat(rows).extracting(ClassificationExample::label).containsExactly(1, 0);
    assertThat(rows.getLast().where()).isEqualTo(directory.resolve("sst2/train.tsv") + ":3");
  }

  @Test
  void readsGzipCarriageReturnsAndAByteOrderMark() {
    write("sst2/dev.tsv.gz", gzip("\uFEFFlabel\tsentence\r\n1\tfine\r\n0\tdull"));
    assertThat(TaskData.read(directory, ClassificationTask.SST2, "dev")).extracting(row -> row.prompt().text())
        .containsExactly("fine It was", "dull It was");
  }

  @Test
  void readsJsonLinesWithNumbersAndOtherKeys() {
    write("qnli/dev.jsonl.gz", gzip("{\"idx\":[7],\"question\":\"Who\\n?\",\"sentence\":\"Me.\",\"label\":1}\n"));
    var rows = TaskData.read(directory, ClassificationTask.QNLI, "dev");
    assertThat(rows.getFirst().prompt().text()).isEqualTo("Me. Question: Who\n? Answered:");
    assertThat(rows.getFirst().label()).isEqualTo(1);
  }

  @Test
  void readsSummaries() {
    write("xsum/test.jsonl", "{\"document\":\"Long.\",\"summary\":\"Short.\"}\n");
    var row = TaskData.read(directory, GenerationTask.XSUM, "test").getFirst();
    assertThat(row.prompt().text()).isEqualTo("Long.\nTL;DR:");
    assertThat(row.target()).isEqualTo("Short.");
  }

  @Test
  void mergesThePartsOfASplitInTheOrderOfTheirNames() {
    write("qnli/train_subset.tsv", "question\tsentence\tlabel\nq2\ts\tentailment\n");
    write("qnli/train_from_dev.tsv", "question\tsentence\tlabel\nq1\ts\tnot_entailment\n");
    assertThat(TaskData.read(directory, ClassificationTask.QNLI, "train")).extracting(ClassificationExample::label)
        .containsExactly(1, 0);
    write("qnli/train.tsv", "question\tsentence\tlabel\nq\ts\tentailment\n");
    assertThat(TaskData.read(directory, ClassificationTask.QNLI, "train")).hasSize(1);
  }

  @Test
  void refusesTheSameSplitInTwoFormats() {
    write("sst2/train.tsv", "sentence\tlabel\nx\t1\n");
    write("sst2/train.jsonl", "{}\n");
    assertBad("train", ClassificationTask.SST2, directory.resolve("sst2")
        + ": several files of split train: train.jsonl, train.tsv; expected one");
  }

  @Test
  void readsTheParquetFilesOfHuggingFace() {
    parquet("mnli/data/validation_mismatched-00000-of-00001.parquet", 
        "SELECT 'm' premise, 'm' hypothesis, 0::BIGINT \"label\"");
    parquet("mnli/data/validation_matched-00000-of-00002.parquet",
        "SELECT 'it''s' premise, 'h' hypothesis, 2::BIGINT \"label\", 0 idx");
    parquet("mnli/data/validation_matched-00001-of-00002.parquet",
        "SELECT 'q' premise, 'h' hypothesis, 1::BIGINT \"label\", 1 idx");
    var rows = TaskData.read(directory, ClassificationTask.MNLI, "dev");
    assertThat(rows).extracting(ClassificationExample::label).containsExactly(2, 1);
    assertThat(rows.getFirst().prompt().text()).isEqualTo("it's Question: h Answer:");
    assertThat(rows.getFirst().where()).endsWith("validation_matched-00000-of-00002.parquet:row 1");
  }

  @Test
  void readsTheVersionedFolderOfCnnDailyMail() {
    parquet("cnn_dailymail/3.0.0/train-00000-of-00001.parquet", "SELECT 'a' article, 'one\ntwo' highlights, 'x' id");
    assertThat(TaskData.read(directory, GenerationTask.CNN_DAILYMAIL, "train").getFirst().target()).isEqualTo("one\ntwo");
  }

  @Test
  void readsDocumentsBesideColumnsOfOtherTypes() {
    parquet("corpus.parquet", "SELECT 'document ' || i AS text, DATE '2024-02-29' AS day, "
        + "TIMESTAMPTZ '2024-02-29 12:00:00+00' AS moment, "
        + "[i, i] AS list FROM range(5000) t(i)");
    var documents = new ArrayList<String>();
    ParquetDocuments.read(directory.resolve("corpus.parquet"), documents::add);
    assertThat(documents).hasSize(5000).startsWith("document 0", "document 1").endsWith("document 4999");
  }

  @Test
  void generalTextIsReadFromFilesOfEveryKindInTheirOrder() {
    parquet("b.parquet", "SELECT 'from ' || i AS text FROM range(2) t(i)");
    write("c.txt", "from text");
    write("a.jsonl", "{\"text\":\"from lines\"}\n");
    DocumentSource source = GeneralText.in(
        List.of(directory.resolve("b.parquet"), directory.resolve("c.txt"), directory.resolve("a.jsonl")));
    for (int time = 0; time < 2; time++) {
      try (Stream<String> documents = source.documents()) {
        assertThat(documents.map(String::strip)).containsExactly("from 0", "from 1", "from text", "from lines");
      }
    }
    assertThatThrownBy(() -> GeneralText.in(List.of(directory.resolve("d.parquet")))).isInstanceOf(BadInputException.class)
        .hasMessage(directory.resolve("d.parquet") + ": no such file; expected text to train on");
  }

  @Test
  void brokenParquetFilesAreNamedInOneLine() {
    write("sst2/train.parquet", "PAR1 this is none PAR1");
    assertBad("train", ClassificationTask.SST2, "train.parquet: not a readable Parquet file");
    parquet("rte/train.parquet", "SELECT 'a' sentence1, 0 \"label\"");
    assertBad("train", ClassificationTask.RTE, "train.parquet: no column \"sentence2\"; found [label, sentence1]");
    parquet("cola/train.parquet", "SELECT ['a'] sentence, 0 \"label\"");
    assertBad("train", ClassificationTask.COLA,
        "train.parquet: column \"sentence\" is of type VARCHAR[]; expected text or whole numbers");
    parquet("qnli/train.parquet", "SELECT 'q' question, NULL::VARCHAR sentence, 0 \"label\"");
    assertBad("train", ClassificationTask.QNLI, "train.parquet:row 1: \"sentence\" is null");
    assertThatThrownBy(() -> ParquetDocuments.read(directory.resolve("none.parquet"), text -> {}))
        .isInstanceOf(BadInputException.class).hasMessageContaining("no such file");
    assertThatThrownBy(() -> ParquetDocuments.read(directory.resolve("qnli/train.parquet"), text -> {}))
        .hasMessageContaining("no column \"text\"");
  }

  @Test
  void aMissingFolderOrSplitIsAnsweredWithWhatIsThere() {
    assertBad("train", ClassificationTask.SST2, directory.resolve("sst2") + ": no such folder; expected the data of task sst2");
    write("sst2/train.tsv", "");
    assertBad("dev", ClassificationTask.SST2, "no files of split dev; expected dev or validation with one of .tsv .tsv.gz");
    assertBad("dev", ClassificationTask.SST2, "found [train.tsv]");
  }

  @Test
  void emptyFilesAreRefused() {
    write("sst2/train.tsv", "");
    assertBad("train", ClassificationTask.SST2, "train.tsv: is empty; expected a header line with [sentence, label]");
    write("sst2/train.tsv", "sentence\tlabel\n");
    assertBad("train", ClassificationTask.SST2, "train.tsv: holds no rows");
    write("cola/train.jsonl", "");
    assertBad("train", ClassificationTask.COLA, "train.jsonl: holds no rows");
  }

  @Test
  void rowsThatDoNotFitTheHeaderAreNamedByLine() {
    write("sst2/train.tsv", "sentence\tlabel\nfine\t1\nragged\n");
    assertBad("train", ClassificationTask.SST2, "train.tsv:3: the row has 1 fields; expected 2");
    write("sst2/train.tsv", "sentence\tlabel\nfine\t1\textra\n");
    assertBad("train", ClassificationTask.SST2, "train.tsv:2: the row has 3 fields; expected 2");
    write("sst2/train.tsv", "text\tlabel\nfine\t1\n");
    assertBad("train", ClassificationTask.SST2, "train.tsv:1: the header lacks [sentence]; found [text, label]");
  }

  @Test
  void textThatIsNotUtf8IsNamedByLine() {
    var bytes = "sentence\tlabel\nfine\t1\ncaf?\t0\n".getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 4] = (byte) 0xE9;
    write("sst2/train.tsv", bytes);
    assertBad("train", ClassificationTask.SST2, "train.tsv:3: the line is not valid UTF-8");
  }

  @Test
  void brokenGzipIsNamed() {
    write("sst2/train.tsv.gz", "sentence\tlabel\n");
    assertBad("train", ClassificationTask.SST2, "train.tsv.gz:0: the gzip data is broken");
    var whole = gzip("sentence\tlabel\n" + "fine\t1\n".repeat(100));
    write("sst2/train.tsv.gz", Arrays.copyOf(whole, whole.length - 8));
    assertBad("train", ClassificationTask.SST2, "the gzip data is cut off");
  }

  @Test
  void brokenJsonIsNamedByLine() {
    var good = "{\"sentence\":\"a\",\"label\":1}\n";
    write("sst2/train.jsonl", good + "{\"sentence\":\n");
    assertBad("train", ClassificationTask.SST2, "train.jsonl:2: not valid JSON: ");
    write("sst2/train.jsonl", good + "[1]\n");
    assertBad("train", ClassificationTask.SST2, "train.jsonl:2: found a JSON ARRAY; expected an object");
    write("sst2/train.jsonl", good + "{\"sentence\":\"a\"}\n");
    assertBad("train", ClassificationTask.SST2, "train.jsonl:2: no key \"label\"; found [sentence]");
    write("sst2/train.jsonl", good + "{\"sentence\":null,\"label\":1}\n");
    assertBad("train", ClassificationTask.SST2, "train.jsonl:2: \"sentence\" is NULL; expected text or a number");
    write("sst2/train.jsonl", good + "{\"sentence\":\"a\",\"label\":1} {}\n");
    assertBad("train", ClassificationTask.SST2, "train.jsonl:2: not valid JSON: ");
    write("sst2/train.jsonl", good + "{\"sentence\":\"a\",\"sentence\":\"b\",\"label\":1}\n");
    assertBad("train", ClassificationTask.SST2, "train.jsonl:2: not valid JSON: ");
  }

  private void assertBad(String split, ClassificationTask task, String message) {
    assertThatThrownBy(() -> TaskData.read(directory, task, split))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(error.getMessage().lines()).hasSize(1));
  }

  private void write(String name, String text) {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(String name, byte[] bytes) {
    try {
      Files.createDirectories(directory.resolve(name).getParent());
      Files.write(directory.resolve(name), bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void parquet(String name, String query) {
    var file = directory.resolve(name);
    try {
      Files.createDirectories(file.getParent());
      try (var connection = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
          var statement = connection.createStatement()) {
        statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
      }
    } catch (IOException | SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] gzip(String text) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }
}
