package io.github.tern4j.bitdistill.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {

  @TempDir private Path directory;

  private CaseResult verify() {
    try (Backend backend = Backends.open("reference", 1)) {
      return new Verifier(GoldenSet.open(directory), backend).run("ops");
    }
  }

  @Test
  void whatIsExpectedPasses() throws IOException {
    SmallGoldenSet.write(directory);
    assertThat(verify()).isEqualTo(new CaseResult("ops", true, 0, "ops.safetensors:relu.out", 2, List.of()));
  }

  @Test
  void aDeviationWithinItsLimitPassesAndIsReportedAsAShareOfIt() throws IOException {
    SmallGoldenSet.write(directory, 0, 20.25f, 30);
    CaseResult result = verify();
    assertThat(result.passed()).isTrue();
    assertThat(result.worst()).isEqualTo("ops.safetensors:relu.grad.x");
    assertThat(result.worstRatio()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void aDeviationBeyondItsLimitFailsAndIsNamed() throws IOException {
    SmallGoldenSet.write(directory, 0, 21, 30);
    CaseResult result = verify();
    assertThat(result.passed()).isFalse();
    assertThat(result.worstRatio()).isCloseTo(2, within(1e-12));
    assertThat(result.remarks()).containsExactly("ops.safetensors:relu.grad.x is off by 2.00 times its limit");
  }

  @Test
  void anExpectedTensorThatNothingProducesFails() throws IOException {
    SmallGoldenSet.writeWithSomethingElse(directory);
    CaseResult result = verify();
    assertThat(result.passed()).isFalse();
    assertThat(result.worstRatio()).isEqualTo(Comparison.NO_MATCH);
    assertThat(result.worst()).isEqualTo("ops.safetensors:relu.grad.y");
    assertThat(result.remarks()).containsExactly("ops.safetensors:relu.grad.y was not produced");
  }

  @Test
  void aCaseThatCannotGoOnFailsAndSaysWhy() throws IOException {
    SmallGoldenSet.writeOfUnknownOperation(directory);
    CaseResult result = verify();
    assertThat(result.passed()).isFalse();
    assertThat(result.worst()).isEqualTo("ops.safetensors:fourier.out");
    assertThat(result.remarks()).hasSize(2).last().isEqualTo("2 results were not produced");
    assertThat(result.remarks()).first().asString().startsWith("stopped: ").contains("operation 'fourier' is unknown");
  }

  @Test
  void aResultOfAnotherSizeFails() throws IOException {
    SmallGoldenSet.write(directory, 0, 20);
    CaseResult result = verify();
    assertThat(result.passed()).isFalse();
    assertThat(result.remarks()).contains("ops.safetensors:relu.grad.x has 3 elements instead of 2");
  }

  @Test
  void aChangedFileIsRefused() throws IOException {
    SmallGoldenSet.write(directory);
    Path manifest = directory.resolve("ops/manifest.json");
    Files.writeString(manifest, Files.readString(manifest).replace("0.5", "0.7"));
    assertThatThrownBy(() -> GoldenSet.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessageContaining("ops/manifest.json: SHA-256 is ");
  }

  @Test
  void aShortenedFileIsRefused() throws IOException {
    SmallGoldenSet.write(directory);
    Files.writeString(directory.resolve("ops/ops.safetensors"), "short");
    assertThatThrownBy(() -> GoldenSet.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessageContaining("ops.safetensors: 5 bytes; expected ");
  }

  @Test
  void aMissingFileIsRefused() throws IOException {
    SmallGoldenSet.write(directory);
    Files.delete(directory.resolve("ops/ops.safetensors"));
    assertThatThrownBy(() -> GoldenSet.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessageContaining("ops.safetensors: missing; expected ");
  }

  @Test
  void anIndexThatLeadsOutsideIsRefused() throws IOException {
    Files.writeString(directory.resolve("index.json"), "{\"files\": [{\"path\": \"../x\", \"bytes\": 1, \"sha256\": \"0\"}]}");
    assertThatThrownBy(() -> GoldenSet.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessageContaining("lies outside");
  }
}
