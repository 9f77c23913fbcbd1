package io.github.tern4j.bitdistill.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.SharedData;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Which limits the run through rounding is held to. */
class TrainCaseTest {

  private static CaseResult runFrom(double share, int seed) {
    Path golden = SharedData.folder("golden");
    try (Backend backend = Backends.open("reference", 1);
        GoldenDirectory directory = GoldenSet.open(golden).directory("train_10_steps")) {
      Findings findings = new Findings(directory);
      new TrainCase(stored -> new TrainCase.Moved(stored, share, Rng.of(seed))).run(directory, backend, findings);
      return findings.result();
    }
  }

  @Test
  void goldenWeightsStayWithinTheTightLimits() {
    CaseResult result = runFrom(0, 1);
    assertThat(result.passed()).isTrue();
    assertThat(result.remarks()).containsExactly("run bit: the manifest's own limits");
  }

  /**
   * 2e-6 is what the golden set moved weights by to see what a changed code does. Its limits are the largest deviations of few such
   * runs: where a code changes in the first steps, later ones deviate further in most runs. With this seed one changes in step 3.
   */
  @Test
  void widerLimitsHoldWhereACodeChanged() {
    CaseResult result = runFrom(2e-6, 3);
    assertThat(result.remarks()).singleElement().asString()
        .matches("run bit: an integer code changed in step \\d; limits after_a_rounding_flip");
    assertThat(result.passed()).isTrue();
  }

  @Test
  void otherWeightsFailEvenThoughCodesChangedToo() {
    CaseResult result = runFrom(1e-2, 1);
    assertThat(result.passed()).isFalse();
    assertThat(result.worst()).contains("bit");
  }
}
