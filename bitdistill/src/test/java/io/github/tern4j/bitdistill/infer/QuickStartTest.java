package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuickStartTest {

  private final Backend backend = Backends.open("vector", 2);

  @TempDir
  private Path folder;

  @AfterAll
  void close() {
    backend.close();
  }

  @ParameterizedTest
  @CsvSource({"PAPER, 0, true, F32, INT8", "ALL, 16, false, INT8, BF16", "NONE, 7, true, BF16, BF16",
      "PAPER, 128, false, F32, INT8"})
  void firstTokensHaveTheBitsOfLaterOnes(
      SubLn subLn, int groupSize, boolean tied, KeyValueFormat keyValues, TableFormat tables) {
    Path file = student(subLn, groupSize, tied, tables);
    int[] prompt = RandomModel.text(21, 1);
    KeyValueOptions options = new KeyValueOptions(keyValues, OptionalInt.empty());
    try (InferenceModel quick = InferenceModel.loadQuickly(TernaryFile.open(file), backend, Optional.empty());
        InferenceModel plain = InferenceModel.load(file, backend)) {
      DecodeSession first = quick.session(options);
      DecodeSession later = plain.session(options);
      assertThat(first.prefill(prompt)).isEqualTo(later.prefill(prompt));
      for (int id = 0; id < 5; id++) {
        assertThat(first.decode(id)).isEqualTo(later.decode(id));
      }
      assertThat(first.likeliest(prompt)).isEqualTo(later.likeliest(prompt));
    }
  }

  @Test
  void aWindowForgetsTheSameTokens() {
    Path file = student(SubLn.PAPER, 0, true, TableFormat.INT8);
    int[] prompt = RandomModel.text(20, 1);
    KeyValueOptions options = new KeyValueOptions(KeyValueFormat.F32, OptionalInt.of(7));
    try (InferenceModel quick = InferenceModel.loadQuickly(TernaryFile.open(file), backend, Optional.empty());
        InferenceModel plain = InferenceModel.load(file, backend)) {
      DecodeSession first = quick.session(options);
      DecodeSession later = plain.session(options);
      assertThat(first.prefill(prompt)).isEqualTo(later.prefill(prompt));
      assertThat(first.decode(3)).isEqualTo(later.decode(3));
    }
  }

  @Test
  void warmingUpEndsTheStart() throws InterruptedException {
    Path file = student(SubLn.PAPER, 0, true, TableFormat.INT8);
    try (TernaryFile stored = TernaryFile.open(file)) {
      QuickStart start = QuickStart.of(stored, backend, Optional.empty()).orElseThrow();
      assertThat(start.reads(3)).isTrue();
      Instant latest = Instant.now().plus(Duration.ofMinutes(2));
      while (start.reads(1) && Instant.now().isBefore(latest)) {
        Thread.sleep(10);
      }
      assertThat(start.reads(1)).isFalse();
    }
  }

  @Test
  void longPromptsAndOtherTablesHaveNone() {
    try (TernaryFile halves = TernaryFile.open(student(SubLn.PAPER, 0, true, TableFormat.F16))) {
      assertThat(QuickStart.of(halves, backend, Optional.empty())).isEmpty();
      assertThat(QuickStart.of(halves, backend, Optional.of(TableFormat.INT8))).isEmpty();
    }
    Path file = student(SubLn.PAPER, 0, true, TableFormat.INT8);
    try (TernaryFile stored = TernaryFile.open(file); Backend scalar = Backends.open("reference", 1)) {
      assertThat(QuickStart.of(stored, scalar, Optional.empty())).isEmpty();
      QuickStart start = QuickStart.of(stored, backend, Optional.of(TableFormat.INT8)).orElseThrow();
      assertThat(start.reads(1000)).isFalse();
      assertThat(start.reads(1)).isFalse();
    }
  }

  private Path student(SubLn subLn, int groupSize, boolean tied, TableFormat tables) {
    BitDistillConfig options = RandomModel.student(subLn, EpsilonRule.LOWER_BOUND, groupSize);
    RandomModel random = RandomModel.of(RandomModel.config(tied, true, true, Optional.of(options)), 3);
    Path file = folder.resolve("student.ternary");
    StudentExport.write("test", random.config(), random, Optional.empty(), file, tables, backend);
    return file;
  }
}
