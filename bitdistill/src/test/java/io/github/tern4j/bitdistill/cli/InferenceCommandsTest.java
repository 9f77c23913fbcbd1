package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.CheckpointContents;
import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code generate}, {@code score}, {@code export} and {@code inspect} on a small student with random weights. */
class InferenceCommandsTest {

  /** All 256 bytes, three special tokens and the merges that the text below gives. */
  private static final int VOCABULARY = 264;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir
  private Path folder;

  private Path student;

  @BeforeEach
  void writeStudent() {
    Tokenizer tokenizer = new BpeTrainer(VOCABULARY).train(Stream.of("a text, a text, another text"));
    Path tokenizerFile = folder.resolve("tokenizer.json");
    TokenizerFile.write(tokenizer, tokenizerFile);
    QwenConfig config = QwenConfig.of(tokenizer.vocabularySize(), 24, 40, 1, 4, 2, 8, true, 0.02).withBitDistill(BitDistillConfig.paper(SubLn.PAPER))
        .withMaxPositionEmbeddings(64);
    student = folder.resolve("student");
    try (Backend backend = Backends.open("reference", 1)) {
      TrainableModel model = TrainableModel.build(config, ParameterSource.fresh(backend, Rng.of(1)), backend);
      Checkpoint.save(student, CheckpointContents.of(config.toJson(), ModelFolder.weights(model.network().parameters()))
          .withFiles(List.of(tokenizerFile)));
    }
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    Console console = new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), false);
    return Main.run(console, Main.commands(), args);
  }

  private JsonNode json() {
    return Json.mapper().readTree(out.toString(StandardCharsets.UTF_8));
  }

  private String error() {
    return err.toString(StandardCharsets.UTF_8).strip();
  }

  @Test
  void scoreHasTheKeysOfItsContract() {
    assertThat(run("score", "--model", student.toString(), "--ids", "1, 2,3", "--json", "--threads", "1")).isZero();
    JsonNode score = json();
    assertThat(score.propertyNames()).containsExactly("ids", "logits_last", "loss", "next_token");
    assertThat(score.get("ids").toString()).isEqualTo("[1,2,3]");
    assertThat(score.get("logits_last").size()).isEqualTo(VOCABULARY);
    // Fresh weights make all tokens nearly equally likely.
    assertThat(score.get("loss").asDouble()).isCloseTo(Math.log(VOCABULARY), within(0.5));
    assertThat(run("score", "--model", student.toString(), "--ids", "1", "--json", "--backend", "reference")).isZero();
    assertThat(json().get("loss").isNull()).isTrue();
    assertThat(run("score", "--model", student.toString(), "--ids", "1", "--backend", "reference")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("next token ").doesNotContain("loss");
  }

  @Test
  void nothingIsShownOfAFileWhoseProjectionsAreDamaged() throws IOException {
    Path file = folder.resolve("damaged.ternary");
    assertThat(run("export", "--model", student.toString(), "--format", "ternary", "--out", file.toString())).isZero();
    assertThat(run("generate", "--model", file.toString(), "--prompt", "a text", "--max-tokens", "2")).isZero();
    byte[] bytes = Files.readAllBytes(file);
    int headerBytes = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = Json.mapper().readTree(new String(bytes, Long.BYTES, headerBytes, StandardCharsets.UTF_8));
    int up = header.get("model.layers.0.mlp.up_proj.weight").get("data_offsets").get(0).asInt();
    bytes[Long.BYTES + headerBytes + up] = (byte) 0xFF;
    Files.write(file, bytes);
    assertThat(run("generate", "--model", file.toString(), "--prompt", "a text", "--max-tokens", "2")).isEqualTo(2);
    assertThat(error()).hasLineCount(1)
        .contains("damaged.ternary", "up_proj.weight holds bits that are no ternary code near byte 0");
    assertThat(out.size()).isZero();
  }

  @Test
  void aFileIsOpenedWhileOptionsAreRead() {
    Path file = folder.resolve("begun.ternary");
    assertThat(run("export", "--model", student.toString(), "--format", "ternary", "--out", file.toString())).isZero();
    for (String[] args : new String[][] {
        {"generate", "--prompt", "--models", "--model", file.toString()}, {"generate", "--model=" + file, "--prompt", "a"}}) {
      HeadStart start = HeadStart.ofArguments(args).orElseThrow();
      assertThat(start.isOf(file)).isTrue();
      assertThat(start.tokenizer()).isPresent();
      start.file().close();
    }
    assertThat(HeadStart.ofArguments("generate", "--model", student.toString())).isEmpty();
    assertThat(HeadStart.ofArguments("generate", "--prompt", "a", "--model")).isEmpty();
    assertThat(HeadStart.ofArguments("generate", "--model", file + ".not")).isEmpty();
  }

  @Test
  void theHeadMayHaveAnotherFormat() {
    Path file = folder.resolve("student.ternary");
    assertThat(run("export", "--model", student.toString(), "--format", "ternary", "--floats", "f32", "--out", file.toString()))
        .isZero();
    assertThat(run("score", "--model", student.toString(), "--ids", "1,2,3", "--head", "int8", "--json")).isZero();
    String int8 = out.toString(StandardCharsets.UTF_8);
    assertThat(run("score", "--model", file.toString(), "--ids", "1,2,3", "--head", "INT8", "--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(int8);
    assertThat(run("score", "--model", student.toString(), "--ids", "1,2,3", "--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isNotEqualTo(int8);
    assertThat(run("generate", "--model", student.toString(), "--prompt", "a text", "--max-tokens", "2", "--head", "bf16")).isZero();
    assertThat(run("score", "--model", student.toString(), "--ids", "1", "--head", "int3")).isEqualTo(2);
    assertThat(error()).contains("--head", "int3");
  }

  @Test
  void aHeadIsStoredInTheFormatInWhichItIsUsed() {
    Path file = folder.resolve("planes.ternary");
    assertThat(run("export", "--model", student.toString(), "--format", "ternary", "--head", "planes", "--out", file.toString()))
        .isZero();
    assertThat(run("score", "--model", student.toString(), "--ids", "1,2,3", "--head", "planes", "--json")).isZero();
    String converted = out.toString(StandardCharsets.UTF_8);
    assertThat(run("score", "--model", file.toString(), "--ids", "1,2,3", "--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(converted);
    assertThat(run("score", "--model", file.toString(), "--ids", "1", "--head", "bf16")).isEqualTo(2);
    assertThat(error()).isEqualTo("bitdistill: " + file + ": model.embed_tokens.weight is stored as planes, asked for as bf16; "
        + "expected planes, or a file with a table of floats");
  }

  @Test
  void aWindowLetsATextOutgrowTheContext() {
    String[] options = {"generate", "--model", student.toString(), "--prompt", "a b c d ".repeat(40), "--max-tokens", "3", "--kv", "int8",
        "--window", "16"};
    assertThat(run(options)).isZero();
    options[options.length - 1] = "0";
    assertThat(run(options)).isEqualTo(2);
    assertThat(error()).isEqualTo("bitdistill: window of 0 tokens; expected at least 1");
  }

  @Test
  void anExportedStudentScoresLikeItsDirectory() {
    Path file = folder.resolve("out/student.ternary");
    assertThat(run("export", "--model", student.toString(), "--format", "ternary", "--floats", "f32", "--out", file.toString(), "--json"))
        .isZero();
    JsonNode exported = json();
    assertThat(exported.propertyNames()).containsExactly("file", "format", "block_weight_bytes", "file_bytes");
    assertThat(exported.get("file_bytes").asLong()).isEqualTo(file.toFile().length());
    assertThat(run("score", "--model", student.toString(), "--ids", "1,2,3", "--json")).isZero();
    String ofDirectory = out.toString(StandardCharsets.UTF_8);
    assertThat(run("score", "--model", file.toString(), "--ids", "1,2,3", "--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(ofDirectory);
  }

  @Test
  void safetensorsAreExportedInEitherType() {
    Path file = folder.resolve("student.safetensors");
    assertThat(run("export", "--model", student.toString(), "--format", "safetensors", "--out", file.toString())).isZero();
    try (SafetensorsFile written = SafetensorsFile.open(file)) {
      assertThat(written.type("model.norm.weight")).isEqualTo(SafetensorsType.BF16);
      assertThat(written.names()).contains("model.layers.0.mlp.ffn_sub_norm.weight");
    }
  }

  @Test
  void formatsThatDoNotExistAreRefusedInOneLine() {
    Path file = folder.resolve("student.gguf");
    assertThat(run("export", "--model", student.toString(), "--format", "gguf-f16", "--out", file.toString())).isEqualTo(2);
    assertThat(error()).hasLineCount(1).contains("--format").contains("gguf-f16").containsIgnoringCase("ternary");
    assertThat(Files.exists(file)).isFalse();
  }

  @Test
  void aHeadForAFormatWithoutOneIsRefusedInOneLine() {
    Path file = folder.resolve("student.safetensors");
    assertThat(run("export", "--model", student.toString(), "--format", "safetensors", "--head", "int8", "--out", file.toString()))
        .isEqualTo(2);
    assertThat(error()).isEqualTo("bitdistill: --head is for ternary files; expected --floats for safetensors");
    assertThat(Files.exists(file)).isFalse();
  }

  @Test
  void generatedTextIsTheSameInJsonAndOnTheTerminal() {
    String[] options = {"generate", "--model", student.toString(), "--prompt", "a text", "--max-tokens", "9", "--temperature", "1",
        "--seed", "5"};
    assertThat(run(options)).isZero();
    String shown = out.toString(StandardCharsets.UTF_8);
    assertThat(error()).contains("tokens behind a prompt of");
    String[] asJson = Arrays.copyOf(options, options.length + 1);
    asJson[options.length] = "--json";
    assertThat(run(asJson)).isZero();
    assertThat(json().get("text").asString() + "\n").isEqualTo(shown);
    assertThat(json().get("ids").size()).isBetween(1, 9);
    assertThat(json().get("end").asString()).isIn("max_tokens", "stop_token");
  }

  @Test
  void badInputIsOneLineAndExitCodeTwo() {
    assertThat(run("score", "--model", student.toString(), "--ids", "1,x")).isEqualTo(2);
    assertThat(error()).isEqualTo("bitdistill: --ids: 'x' at position 1; expected token ids separated by commas");
    assertThat(run("score", "--model", student.toString(), "--ids", "5000")).isEqualTo(2);
    assertThat(error()).isEqualTo("bitdistill: inference: token id 5000 at position 0 of the text; expected 0 to 263");
    assertThat(run("score", "--model", folder.resolve("none").toString(), "--ids", "1")).isEqualTo(2);
    assertThat(error()).hasLineCount(1).contains("none");
    assertThat(run("generate", "--model", student.toString(), "--prompt", "a text", "--top-p", "2")).isEqualTo(2);
    assertThat(error()).isEqualTo("bitdistill: sampling: top-p 2.0; expected above 0, at most 1");
    assertThat(run("generate", "--model", student.toString(), "--prompt", "a b c d ".repeat(40))).isEqualTo(2);
    assertThat(error()).contains("expected fewer than the model's context of 64");
  }

  @Test
  void inspectShowsTensorsCodesHistogramAndMemory() {
    assertThat(run("inspect", student.toString(), "--batch", "2", "--tokens", "16")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("model.layers.0.mlp.down_proj.weight", "ternary codes of all projections: -1 ",
        "latent weights of all projections in units of Delta",
        "memory to train it, 2 sequences of 16 tokens a step, in MiB:", "--recompute", "its weights, BF16");
    assertThat(run("inspect", student.toString(), "--json")).isZero();
    assertThat(json().propertyNames()).containsExactly("path", "format", "parameters", "projection_parameters", "bytes",
        "block_weight_bytes", "tensors", "codes", "histogram", "memory");
    assertThat(json().get("memory").get("weights").asLong()).isEqualTo(4 * json().get("parameters").asLong());
  }
}
