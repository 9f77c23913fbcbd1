package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.infer.WeightFormat;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InferenceBenchmarkTest {

  private static final InferenceShape TINY = new InferenceShape("tiny", QwenConfig.of(31, 16, 24, 2, 4, 2, 8, true, 0.02));
  private static final Protocol TWO_ROUNDS = new Protocol(OptionalInt.empty(), OptionalInt.of(2));

  @TempDir private Path directory;

  private static InferenceSpeed measure(InferenceWork work, Protocol protocol, Optional<Peer> peer) {
    // A clock on which everything that is timed takes ten milliseconds.
    AtomicLong now = new AtomicLong();
    Deadline clock = new Deadline(() -> now.addAndGet(10_000_000), 100);
    try (Backend backend = Backends.open("vector", 2); InferenceModel model = work.model(backend, Rng.of(1))) {
      return new InferenceBenchmark(protocol, clock, peer).run(work, model, 1, Progress.silent());
    }
  }

  private static InferenceWork work(InferenceWork.Mode mode, WeightFormat format) {
    return new InferenceWork(mode, TINY, format, 0, 0, KeyValueFormat.F32, 2);
  }

  @Test
  void decodingReadsAllWeightsForEachToken() {
    InferenceSpeed speed = measure(work(InferenceWork.Mode.DECODE, WeightFormat.F32), TWO_ROUNDS, Optional.empty());
    assertThat(List.of(speed.tokens(), speed.rounds())).containsExactly(32, 2);
    assertThat(speed.tokensPerSecond().median()).isCloseTo(32 / 0.01, within(1e-6));
    // Two layers of q, k, v, o and of gate, up, down; the head; and keys and values of 1 to 32 tokens.
    assertThat(speed.bytesPerToken())
        .isEqualTo(4.0 * (2 * (2 * 16 * 32 + 2 * 16 * 16 + 3 * 16 * 24) + 31 * 16 + 16.5 * 2 * 2 * 16));
    assertThat(speed.bandwidthShare())
        .isCloseTo(speed.tokensPerSecond().median() * speed.bytesPerToken() / speed.readBytesPerSecond(), within(1e-12));
    assertThat(speed.peer()).isEmpty();
  }

  @Test
  void aPromptSharesOnePassOverTheWeights() {
    InferenceSpeed prefill = measure(work(InferenceWork.Mode.PREFILL, WeightFormat.TERNARY_BF16), TWO_ROUNDS, Optional.empty());
    assertThat(prefill.tokens()).isEqualTo(128);
    try (Backend backend = Backends.open("vector", 1);
        InferenceModel model = work(InferenceWork.Mode.PREFILL, WeightFormat.TERNARY_BF16).model(backend, Rng.of(1))) {
      assertThat(prefill.bytesPerToken()).isEqualTo(model.bytesPerToken() / 128.0);
    }
    assertThat(prefill.tokensPerSecond().median()).isCloseTo(128 / 0.01, within(1e-6));
  }

  @Test
  void aBriefMeasurementEndsInTime() {
    InferenceSpeed speed = measure(work(InferenceWork.Mode.DECODE, WeightFormat.BF16), Protocol.brief(), Optional.empty());
    assertThat(speed.rounds()).isEqualTo(Protocol.ROUNDS);
    assertThat(speed.tokens()).isEqualTo(32);
  }

  @Test
  void thePeerRunsOnceARoundWithWhatItIsToMeasure() throws IOException {
    Path log = directory.resolve("log");
    Peer peer = ScriptPeer.of(directory, "echo \"$*\" >>'" + log + "'\n"
        + "echo '{\"peer\": \"shell\", \"tokens_per_second\": 6400}'");
    InferenceSpeed speed = measure(new InferenceWork(InferenceWork.Mode.DECODE, TINY, WeightFormat.TERNARY_BF16, 8, 20,
        KeyValueFormat.INT8, 2), TWO_ROUNDS,
        Optional.of(peer));
    assertThat(speed.peer().map(PeerSpeed::name)).contains("shell");
    assertThat(speed.peer().map(PeerSpeed::peakResidentBytes)).contains(OptionalLong.empty());
    assertThat(speed.peer().orElseThrow().ratio().median()).isCloseTo(0.5, within(1e-9));
    String arguments = "--mode decode --shape tiny --format ternary --group 8 --head bf16 --context 20 --kv int8 --threads 2 --tokens 32 --json";
    assertThat(Files.readAllLines(log)).containsExactly(arguments, arguments);
  }

  @ParameterizedTest
  @CsvSource({"F32, 128", "BF16, 64", "INT8, 48"})
  void aContextIsReadByEachToken(KeyValueFormat format, int bytesOfALayer) {
    InferenceWork behind = new InferenceWork(InferenceWork.Mode.DECODE, TINY, WeightFormat.F32, 0, 100, format, 2);
    InferenceWork empty = new InferenceWork(InferenceWork.Mode.DECODE, TINY, WeightFormat.F32, 0, 0, format, 2);
    double more = measure(behind, TWO_ROUNDS, Optional.empty()).bytesPerToken()
        - measure(empty, TWO_ROUNDS, Optional.empty()).bytesPerToken();
    assertThat(more).isEqualTo(100 * 2 * bytesOfALayer);
  }

  @Test
  void contextsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> new InferenceWork(InferenceWork.Mode.DECODE, TINY, WeightFormat.F32, 0, -1, KeyValueFormat.F32, 2))
        .isInstanceOf(BadInputException.class).hasMessageMatching("context -1; expected 0 to \\d+");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 64})
  void groupsOfWeightsThatHaveNoneAreRefused(int group) {
    assertThatThrownBy(() -> new InferenceWork(InferenceWork.Mode.DECODE, TINY, WeightFormat.F16, group, 0, KeyValueFormat.F32, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessage("group " + group + " for weights in F16; expected 0, or a positive number for ternary weights");
  }
}
