package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A training in a process of its own that a signal ends, goes on to the model that an undisturbed training makes. */
@Timeout(120)
class ResumeAfterKillTest {

  /** More than a process can do between its first checkpoint and our signal. */
  private static final int STEPS = 300;

  private static final int BATCH = 2;
  private static final int LENGTH = 8;

  @TempDir
  private static Path work;

  private static byte[] undisturbed;

  @TempDir
  private Path folder;

  @BeforeAll
  static void trainWithoutDisturbance() throws IOException {
    String text = "one sheep , two sheep , three sheep , four sheep .\n".repeat(30);
    Files.writeString(work.resolve("text.txt"), text);
    Tokenizer tokenizer = new BpeTrainer(270).train(Stream.of(text));
    TokenizerFile.write(tokenizer, work.resolve("tokenizer.json"));
    JsonFile.write(work.resolve("tiny.json"), QwenConfig.of(270, 16, 24, 1, 2, 1, 8, true, 0.3).toJson());
    assertThat(run(pretrain(work.resolve("model"), 2))).isZero();
    undisturbed = weights(work.resolve("model"));
  }

  private static String[] pretrain(Path out, int threads, String... more) {
    List<String> line = new ArrayList<>(List.of("pretrain", "--tokenizer", work.resolve("tokenizer.json").toString(), "--config",
        work.resolve("tiny.json").toString(), "--data", work.resolve("text.txt").toString(), "--batch", Integer.toString(BATCH),
        "--length", Integer.toString(LENGTH), "--tokens", Integer.toString(STEPS * BATCH * LENGTH), "--threads",
        Integer.toString(threads), "--out", out.toString()));
    line.addAll(Arrays.asList(more));
    return line.toArray(String[]::new);
  }

  private static int run(String... args) {
    return Main.run(new Console(OutputStream.nullOutputStream(), new PrintStream(OutputStream.nullOutputStream()), false),
        Main.commands(), args);
  }

  private static byte[] weights(Path model) throws IOException {
    return Files.readAllBytes(model.resolve("model.safetensors"));
  }

  /** Starts a training on one thread and waits for its first checkpoint. */
  private Process start(Path out) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xshare:auto", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
        System.getProperty("java.class.path"), Main.class.getName()));
    line.addAll(Arrays.asList(pretrain(out, 1, "--checkpoint-every", "5")));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
    while (process.isAlive() && !Files.exists(checkpoint(out))) {
      Thread.sleep(2);
    }
    return process;
  }

  private static Path checkpoint(Path out) {
    return out.resolveSibling(out.getFileName() + ".checkpoint");
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  @Test
  void afterSigkillATrainingGoesOnFromItsCheckpointToTheSameBytes() throws Exception {
    Path out = folder.resolve("model");
    Process process = start(out);
    process.destroyForcibly();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(log()).isEqualTo(128 + 9);
    assertThat(out).doesNotExist();

    assertThat(run(pretrain(out, 1, "--resume"))).isZero();
    assertThat(weights(out)).isEqualTo(undisturbed);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("model", "log");
    }
  }

  @Test
  void sigtermSavesACheckpointAndEndsWithItsExitCode() throws Exception {
    Path out = folder.resolve("model");
    Process process = start(out);
    process.destroy();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(log()).isEqualTo(128 + 15);
    assertThat(log()).containsPattern("bitdistill: stopped after step \\d+ of " + STEPS + "; --resume goes on from there");
    long step = Long.parseLong(log().replaceAll("(?s).*stopped after step (\\d+) of.*", "$1"));
    assertThat(Files.readString(checkpoint(out).resolve("training_state.json")))
        .containsPattern("\"step\"\\s*:\\s*" + step + "\\b");

    assertThat(run(pretrain(out, 2, "--resume"))).isZero();
    assertThat(weights(out)).isEqualTo(undisturbed);
  }
}
