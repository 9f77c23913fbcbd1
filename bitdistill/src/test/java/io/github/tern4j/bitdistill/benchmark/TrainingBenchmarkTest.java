package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingBenchmarkTest {

  /** Two sequences of five tokens. */
  private static final TrainingShape TINY = tiny(false);

  private static final Protocol TWO_ROUNDS = new Protocol(OptionalInt.of(3), OptionalInt.of(2));

  @TempDir private Path directory;

  private static TrainingShape tiny(boolean checkpointed) {
    return new TrainingShape("tiny", QwenConfig.of(31, 16, 24, 2, 4, 2, 6, true, 0.02), 2, 5, checkpointed);
  }

  /** A clock on which everything that is timed takes a millisecond. */
  private static Deadline clock() {
    AtomicLong now = new AtomicLong();
    return new Deadline(() -> now.addAndGet(1_000_000), 1);
  }

  private static TrainingSpeed measure(TrainingMode mode, Protocol protocol, Optional<Peer> peer) {
    try (Backend backend = Backends.open("vector", 2)) {
      TrainingStep step = new TrainingStep(TINY, mode, backend, Rng.of(1));
      return new TrainingBenchmark(protocol, clock(), peer).run(step, 2, Progress.silent());
    }
  }

  @ParameterizedTest
  @EnumSource(TrainingMode.class)
  void tokensOfAStepAreDividedByItsTime(TrainingMode mode) {
    TrainingSpeed speed = measure(mode, TWO_ROUNDS, Optional.empty());
    assertThat(speed.tokensPerSecond()).isEqualTo(10 / 0.001);
    assertThat(speed.stepSeconds()).isEqualTo(new Spread(0.001, 0.001, 0.001));
    assertThat(List.of(speed.steps(), speed.rounds(), speed.threads())).containsExactly(3, 2, 2);
    assertThat(speed.mode()).isEqualTo(mode);
    assertThat(speed.peer()).isEmpty();
  }

  @Test
  void aBriefMeasurementChoosesStepsAndRounds() {
    TrainingSpeed speed = measure(TrainingMode.FP, Protocol.brief(), Optional.empty());
    assertThat(List.of(speed.steps(), speed.rounds())).containsExactly(Protocol.STEPS, Protocol.ROUNDS);
  }

  @ParameterizedTest
  @EnumSource(TrainingMode.class)
  void stepsAreTheSameForAnyThreadCountAndWithLayersComputedAgain(TrainingMode mode) {
    List<Double> expected = losses(TINY, mode, 1);
    assertThat(expected).doesNotContain(Double.NaN).doesNotHaveDuplicates();
    assertThat(losses(TINY, mode, 3)).isEqualTo(expected);
    assertThat(losses(tiny(true), mode, 2)).isEqualTo(expected);
  }

  private static List<Double> losses(TrainingShape shape, TrainingMode mode, int threads) {
    try (Backend backend = Backends.open("vector", threads)) {
      TrainingStep step = new TrainingStep(shape, mode, backend, Rng.of(7));
      List<Double> losses = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        losses.add(step.run());
      }
      return losses;
    }
  }

  @Test
  void thePeerRunsOnceARoundWithWhatItIsToMeasure() throws IOException {
    Path log = directory.resolve("log");
    // 5,000 tokens/s in the first round and 20,000 in the second, where ours are 10,000.
    Peer peer = ScriptPeer.of(directory, "echo \"$*\" >>'" + log + "'\n"
        + "if [ $(wc -l <'" + log + "') = 1 ]; then s=5000 m=300; else s=20000 m=200; fi\n"
        + "echo \"{\\\"peer\\\": \\\"shell\\\", \\\"tokens_per_s\\\": $s, \\\"peak_resident_bytes\\\": $m}\"");
    TrainingSpeed speed = measure(TrainingMode.BIT, TWO_ROUNDS, Optional.of(peer));
    assertThat(speed.peer())
        .contains(new PeerSpeed("shell", 12_500, OptionalLong.of(300), new Spread(1.25, 0.5, 2)));
    String arguments = "--shape tiny --mode bit --threads 2 --steps 3 --json";
    assertThat(Files.readAllLines(log)).containsExactly(arguments, arguments);
  }

  @Test
  void aPeerNeedsNothingButItsSpeed() throws IOException {
    Peer peer = ScriptPeer.of(directory, "echo '{\"tokens_per_second\": 5000}'");
    assertThat(measure(TrainingMode.FP, TWO_ROUNDS, Optional.of(peer)).peer())
        .contains(new PeerSpeed("peer", 5_000, OptionalLong.empty(), new Spread(2, 2, 2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"tokens_per_s\": 0}", "{\"tokens_per_s\": \"fast\"}"})
  void aPeerWithoutASpeedIsRefused(String answer) throws IOException {
    Peer peer = ScriptPeer.of(directory, "echo '" + answer + "'");
    assertThatThrownBy(() -> measure(TrainingMode.FP, TWO_ROUNDS, Optional.of(peer)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("--peer 'sh ")
        .hasMessageContaining("tokens_per_s ")
        .hasMessageContaining("; expected a");
  }
}
