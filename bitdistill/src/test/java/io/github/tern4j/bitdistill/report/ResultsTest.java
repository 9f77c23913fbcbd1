package io.github.tern4j.bitdistill.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.bitdistill.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ResultsTest {

  @TempDir private Path run;

  @Test
  void writtenAndReadAgainTheyAreTheSame() throws IOException {
    Results results = SampleResults.full();
    results.write(run);
    assertThat(Results.read(run)).isEqualTo(results);
  }

  @Test
  void theKeysThatScriptsRelyOnAreThere() throws IOException {
    JsonNode file = Json.mapper().readTree(Files.readString(SampleResults.full().write(run)));
    assertThat(file.propertyNames()).startsWith("task", "seed", "commit", "rows");
    assertThat(file.get("rows").get(2).propertyNames()).startsWith(
        "method", "accuracy", "low", "high", "block_weight_bytes", "file_bytes", "tokens_per_second");
    assertThat(file.get("rows").get(2).get("block_weight_bytes").asLong()).isEqualTo(663_552);
  }

  @Test
  void aMeasureThatWasNotTakenIsNullAndComesBackAsNan() throws IOException {
    Results.Row row =
        new Results.Row("FP16-SFT", Double.NaN, Double.NaN, Double.NaN, 1, 2, Double.NaN, "", Map.of("bleu", 13.98));
    new Results("xsum", 1, "abc", List.of(row), List.of(), List.of(), List.of(), Optional.empty(), Map.of(), List.of())
        .write(run);
    assertThat(run.resolve("results.json")).content().contains("\"accuracy\" : null").doesNotContain("NaN");
    assertThat(Results.read(run).rows()).containsExactly(row);
  }

  @Test
  void aLossThatWasNotFiniteComesBackAsNan() throws IOException {
    Curve curve = new Curve("s", Curve.Quantity.LOSS, "CE", List.of(1L, 2L), List.of(0.5, Double.NaN));
    new Results("t", 1, "abc", List.of(), List.of(), List.of(curve), List.of(), Optional.empty(), Map.of(), List.of()).write(run);
    assertThat(Results.read(run).curves()).containsExactly(curve);
  }

  @Test
  void settingsKeepTheirOrder() throws IOException {
    SampleResults.full().write(run);
    assertThat(Results.read(run).settings().keySet()).containsExactly("model", "stage3", "learningRate");
  }
}
