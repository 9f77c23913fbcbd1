package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportCommandTest {

  @TempDir private Path run;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int report(String... args) {
    Console console = new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), false);
    return Main.run(console, Main.commands(), args);
  }

  @Test
  void rewritesThePageAndAnswersWithItsPath() throws IOException {
    Files.writeString(run.resolve("results.json"), "{\"task\":\"sst2\",\"seed\":1,\"commit\":\"abc\",\"rows\":[]}");
    assertThat(report("report", run.toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(run.resolve("report.html") + "\n");
    assertThat(run.resolve("report.html")).content().contains("<h1>BitNet Distillation: sst2</h1>");
  }

  @Test
  void aFolderWithoutResultsIsBadInput() {
    assertThat(report("report", run.toString())).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).hasLineCount(1).contains("results.json: no such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"rows\":3}", "{\"rows\":[{\"accuracy\":\"high\"}]}",
      "{\"curves\":[{\"stage\":\"s\",\"steps\":[1],\"values\":[]}]}"})
  void malformedResultsAreBadInputInOneLineAndLeaveNoPage(String json) throws IOException {
    Files.writeString(run.resolve("results.json"), json);
    assertThat(report("report", run.toString())).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).hasLineCount(1).contains("results.json: not the results of a run");
    assertThat(run.resolve("report.html")).doesNotExist();
  }
}
