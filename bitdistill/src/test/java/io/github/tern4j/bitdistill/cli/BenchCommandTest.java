package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.bitdistill.benchmark.ScriptPeer;
import io.github.tern4j.bitdistill.benchmark.TrainingShape;
import io.github.tern4j.bitdistill.inspect.MemoryPlan;
import io.github.tern4j.bitdistill.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class BenchCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream people = new ByteArrayOutputStream();
  private final Console console = new Console(out, new PrintStream(people, false, StandardCharsets.UTF_8), false);

  @TempDir private Path directory;

  private int bench(String... args) {
    return Main.run(console, Main.commands(), args);
  }

  private List<JsonNode> answers() {
    return out.toString(StandardCharsets.UTF_8).lines().map(line -> Json.mapper().readTree(line)).toList();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      train --shape d            | shape 'd': unknown; expected one of a, b, c, qwen3-0.6b
      train --mode int8          | expected one of [FP, BIT, DISTILL] (case-insensitive) but was 'int8'
      train --steps 0            | --steps 0; expected at least 1
      train --rounds -1          | --rounds -1; expected at least 1
      kernels --rounds 0         | --rounds 0; expected at least 1
      decode --shape a           | shape 'a': unknown; expected one of small, qwen3-0.6b, qwen3-1.7b, qwen3-4b
      decode --format int8       | expected one of [TERNARY, BF16, F16, F32] (case-insensitive) but was 'int8'
      decode --group -1          | group -1 for weights in TERNARY; expected 0, or a positive number for ternary weights
      prefill --format f16 --group 64 | group 64 for weights in F16; expected 0, or a positive number for ternary weights
      prefill --head int3        | expected one of [F32, BF16, F16, INT8, PLANES, INT4, TERNARY] (case-insensitive) but was 'int3'
      --threads 1 decode         | option --threads stands before 'decode'; expected it behind
      train --threads 0          | invalid value for option '--threads': 0; expected at least 1
      train --peer ''            | --peer '': no word; expected a command line
      kernels --shape a          | unknown option
      --json train               | option --json stands before 'train'; expected it behind
      --threads 1 kernels        | option --threads stands before 'kernels'; expected it behind
      sort                       | unknown command 'sort'
      """)
  void wrongUsageIsOneLine(String arguments, String message) {
    String[] words = ("bench " + arguments).split(" ");
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("''") ? "" : words[i];
    }
    assertThat(bench(words)).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(people.toString(StandardCharsets.UTF_8).lines()).singleElement().asString().contains(message);
  }

  @Test
  void trainingIsAnsweredInJsonBesideItsPeerAndKept() throws IOException {
    Path kept = directory.resolve("results/train.json");
    String peer = ScriptPeer.commandLine(directory, "echo '{\"peer\": \"shell\", \"tokens_per_s\": 1}'");
    assertThat(bench("bench", "train", "--shape", "a", "--mode", "fp", "--threads", "2", "--steps", "1", "--rounds", "1",
        "--peer", peer, "--out", kept.toString(), "--json")).isZero();
    JsonNode answer = answers().getFirst();
    assertThat(answers()).hasSize(1);
    assertThat(answer.propertyNames()).containsExactly("shape", "mode", "threads", "tokens_per_second", "step_ms",
        "peak_resident_bytes", "planned_resident_bytes", "steps", "rounds", "peer", "peer_tokens_per_second", "peer_peak_resident_bytes", "ratio",
        "ratio_low", "ratio_high", "cpu", "jdk", "commit");
    MemoryPlan plan = MemoryPlan.of(TrainingShape.named("a").config(), 32, 128);
    assertThat(answer.get("planned_resident_bytes").asLong()).isEqualTo(plan.peak(plan.plain()));
    assertThat(answer.get("shape").asString() + " " + answer.get("mode").asString()).isEqualTo("a fp");
    assertThat(answer.get("tokens_per_second").asDouble() * answer.get("step_ms").asDouble() / 1_000)
        .isBetween(4_095.999, 4_096.001);
    assertThat(answer.get("ratio").asDouble()).isEqualTo(answer.get("tokens_per_second").asDouble());
    assertThat(answer.get("peer_peak_resident_bytes").isNull()).isTrue();
    JsonNode line = Json.mapper().readTree(Files.readString(kept));
    assertThat(line.get("date").asString()).endsWith("Z");
    assertThat(line.get("tokens_per_second")).isEqualTo(answer.get("tokens_per_second"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"decode", "prefill"})
  void inferenceIsAnsweredInJsonBesideItsPeer(String mode) throws IOException {
    String peer = ScriptPeer.commandLine(directory, "echo '{\"peer\": \"shell\", \"tokens_per_second\": 1}'");
    assertThat(bench("bench", mode, "--shape", "small", "--group", "64", "--head", "int8", "--threads", "2", "--rounds", "1",
        "--peer", peer, "--json")).isZero();
    JsonNode answer = answers().getFirst();
    assertThat(answers()).hasSize(1);
    assertThat(answer.propertyNames()).containsExactly("mode", "shape", "format", "group", "head", "context", "kv", "threads",
        "tokens_per_second",
        "tokens_per_second_low", "tokens_per_second_high", "bytes_per_token", "read_gb_per_second", "bandwidth_share", "tokens",
        "rounds", "peer", "peer_tokens_per_second", "ratio", "ratio_low", "ratio_high", "cpu", "jdk", "commit");
    assertThat(answer.get("format").asString() + " " + answer.get("group").asInt() + " " + answer.get("head").asString())
        .isEqualTo("ternary 64 int8");
    assertThat(answer.get("ratio").asDouble()).isEqualTo(answer.get("tokens_per_second").asDouble());
    assertThat(answer.get("bandwidth_share").asDouble()).isCloseTo(answer.get("tokens_per_second").asDouble()
        * answer.get("bytes_per_token").asDouble() / 1e9 / answer.get("read_gb_per_second").asDouble(), within(1e-9));
  }

  @Test
  void kernelsAreALineEach() {
    assertThat(bench("bench", "kernels", "--threads", "1", "--rounds", "1", "--json")).isZero();
    List<JsonNode> answers = answers();
    assertThat(answers).extracting(answer -> answer.get("kernel").asString() + " " + answer.path("shape").asString(""))
        .containsExactly("sgemm 512x512x512", "sgemm 1024x1024x1024", "sgemm 2048x2048x2048", "sgemm 512x1024x3072",
            "ternary_matvec 1024x1024", "ternary_matvec 3072x1024", "ternary_matvec 1024x3072", "ternary_stream 163840x3072",
            "read ");
    assertThat(answers.get(0).propertyNames()).containsExactly("kernel", "shape", "threads", "gflops", "fma_peak_gflops", "share",
        "rounds", "cpu", "jdk", "commit");
    assertThat(answers.get(4).propertyNames()).containsExactly("kernel", "shape", "threads", "vector_bits", "gweights_per_second",
        "rounds", "cpu", "jdk", "commit");
    assertThat(answers.get(7).propertyNames()).containsExactly("kernel", "shape", "threads", "gb_per_second", "share_of_read",
        "rounds", "cpu", "jdk", "commit");
    assertThat(answers.get(8).propertyNames()).containsExactly("kernel", "bytes", "threads", "gb_per_second", "rounds", "cpu",
        "jdk", "commit");
  }

  @Test
  void recordsAreAppendedAlsoBehindALineWithoutEnd() throws IOException {
    Path kept = directory.resolve("kept.json");
    Files.writeString(kept, "{\"old\":1}");
    BenchRecords records = new BenchRecords(new JsonOutput(console, true), Optional.of(kept));
    records.write(Map.of("new", 2), () -> "");
    records.write(Map.of("new", 3), () -> "");
    assertThat(Files.readAllLines(kept)).hasSize(3).first().isEqualTo("{\"old\":1}");
    assertThat(Files.readAllLines(kept).get(2)).startsWith("{\"new\":3,\"cpu\":");
  }

  @Test
  void theMostMemoryThatWasResidentNeverShrinks() {
    OptionalLong before = MachineProbe.peakResidentBytes();
    assertThat(MachineProbe.peakResidentBytes().orElse(0)).isGreaterThanOrEqualTo(before.orElse(0));
    assertThat(before.isPresent()).isEqualTo(Files.exists(Path.of("/proc/self/status")));
  }
}
