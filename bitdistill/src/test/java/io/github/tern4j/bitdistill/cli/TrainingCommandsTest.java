package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.nn.qwen3.QwenConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** From text to a packed student with the commands alone, on a model and data of a few kilobytes. */
class TrainingCommandsTest {

  private static final int WINDOW = 16;

  @TempDir
  private static Path work;

  @TempDir
  private Path folder;

  /** One command line: exit code, standard output and standard error. */
  private record Answer(int exitCode, String out, String err) {

    JsonNode json() {
      assertThat(exitCode).as(err).isZero();
      assertThat(out.lines()).hasSize(1);
      return Json.mapper().readTree(out);
    }

    void isBadInput(String... parts) {
      assertThat(err.strip()).hasLineCount(1).startsWith("bitdistill: ").contains(parts);
      assertThat(exitCode).as(err).isEqualTo(2);
      assertThat(out).isEmpty();
    }
  }

  private static Answer run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), false);
    int exitCode = Main.run(console, Main.commands(), args);
    return new Answer(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A command line of words; {@code @name} is a path in the working folder. */
  private static Answer run(String line) {
    return run(Stream.of(line.split(" ")).map(word -> word.startsWith("@") ? work.resolve(word.substring(1)).toString() : word)
        .toArray(String[]::new));
  }

  @BeforeAll
  static void train() throws IOException {
    Files.writeString(work.resolve("text.txt"), "the film was great . the film was terrible . it was a great day .\n".repeat(20));
    for (String split : List.of("train", "dev")) {
      StringBuilder table = new StringBuilder("sentence\tlabel\n");
      for (int row = 0; row < 12; row++) {
        table.append(row % 2 == 0 ? "the great film " : "the terrible film ").append(row).append('\t').append((row + 1) % 2)
            .append('\n');
      }
      write("data/sst2/" + split + ".tsv", table.toString());
      write("data/xsum/" + split + ".jsonl", "{\"document\":\"the film was great .\",\"summary\":\"great film\"}\n".repeat(4));
    }
    assertThat(run("tokenizer train --data @text.txt --out @vocabulary.json --vocabulary 290 --json").json().toString())
        .isEqualTo("{\"tokenizer\":\"" + work.resolve("vocabulary.json") + "\",\"vocabulary\":290}");
    JsonFile.write(work.resolve("tiny.json"), QwenConfig.of(290, 16, 24, 2, 4, 2, 6, true, 0.3).toJson());

    makes("base", "pretrain --tokenizer @vocabulary.json --config @tiny.json --data @text.txt --tokens 512 --length 16 "
        + "--batch 4");
    makes("teacher", "finetune --model @base --task sst2 --data @data --epochs 1 --batch 4");
    makes("baseline", "finetune --bits 1.58 --model @base --task sst2 --data @data --epochs 1 --batch 4");
    makes("refined", "refine --model @base --calibrate @text.txt --threads 1");
    makes("continued", "continue --model @refined --data @text.txt --tokens 256 --length 16 --batch 4 --micro-batches 2 "
        + "--recompute");
    makes("student", "distill --teacher @teacher --student @continued --task sst2 --data @data --epochs 1 --batch 4 --layer 1 "
        + "--split-heads 4 --gamma-ratio 0.5 --measure-every 2");
  }

  private static void makes(String model, String line) {
    JsonNode answer = run(line + " --json --out @" + model).json();
    assertThat(answer.toString()).isEqualTo("{\"model\":\"" + work.resolve(model) + "\"}");
    assertThat(work.resolve(model).toFile().list()).containsExactlyInAnyOrder("config.json", "model.safetensors",
        "tokenizer.json");
    assertThat(names(work)).doesNotContain(model + ".checkpoint", model + ".tokens");
  }

  private static void write(String name, String text) throws IOException {
    Path file = work.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Set<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void encodingAndDecodingAreInverse() {
    JsonNode encoded = run("tokenizer", "encode", "--tokenizer", work.resolve("vocabulary.json").toString(), "--text",
        "the film, häh?", "--json").json();
    assertThat(encoded.propertyNames()).containsExactly("ids", "tokens");
    assertThat(encoded.get("tokens").size()).isEqualTo(encoded.get("ids").size());
    String ids = encoded.get("ids").toString().replaceAll("[\\[\\]]", "");
    assertThat(run("tokenizer decode --tokenizer @vocabulary.json --json --ids " + ids).json().get("text").asString())
        .isEqualTo("the film, häh?");
    assertThat(run("tokenizer decode --tokenizer @vocabulary.json --ids " + ids).out()).isEqualTo("the film, häh?\n");
  }

  @Test
  void aClassifierIsJudgedByTheKeysOfTheContract() {
    for (String model : List.of("teacher", "baseline", "student")) {
      JsonNode answer = run("evaluate --task sst2 --data @data --json --model @" + model).json();
      assertThat(answer.propertyNames()).startsWith("model", "task", "split", "rows", "accuracy", "low", "high").contains("f1",
          "matthews");
      assertThat(answer.get("rows").asInt()).isEqualTo(12);
      assertThat(answer.get("accuracy").asDouble()).isBetween(answer.get("low").asDouble(), answer.get("high").asDouble());
    }
    assertThat(run("evaluate --task sst2 --data @data --json --model @student --rows 5").json().get("rows").asInt()).isEqualTo(5);
  }

  @Test
  void aLanguageModelIsJudgedByPerplexityAndItsSummaries() {
    JsonNode perplexity = run("evaluate --task perplexity --data @text.txt --json --model @base --max-tokens " + WINDOW).json();
    assertThat(perplexity.get("perplexity").asDouble()).isBetween(1.0, 290.0 * 10);
    assertThat(perplexity.get("perplexity").asDouble())
        .isBetween(perplexity.get("perplexity_low").asDouble(), perplexity.get("perplexity_high").asDouble());
    JsonNode summaries = run("evaluate --task xsum --data @data --json --model @base --rows 2 --max-tokens 32").json();
    assertThat(summaries.propertyNames()).contains("bleu", "rouge1", "rouge2", "rougeL", "rougeLsum");
  }

  @Test
  void anExportedStudentIsJudgedLikeItsFolder() {
    Path file = folder.resolve("student.ternary");
    run("export --model @student --format ternary --floats f32 --json --out " + file).json();
    JsonNode packed = run("evaluate --task sst2 --data @data --json --model " + file).json();
    JsonNode whole = run("evaluate --task sst2 --data @data --json --model @student").json();
    assertThat(packed.get("accuracy")).isEqualTo(whole.get("accuracy"));
  }

  @Test
  void aRoundedTeacherTeachesToo() {
    run("distill --teacher @teacher --student @continued --task sst2 --data @data --epochs 1 --batch 4 --layer 1 --split-heads 4"
        + " --teacher-weights bf16 --json --out " + folder.resolve("model")).json();
    assertThat(names(folder)).containsExactly("model");
  }

  @Test
  void summariesAreLearnt() {
    run("finetune --model @base --task xsum --data @data --epochs 1 --batch 4 --max-tokens 24 --json --out "
        + folder.resolve("model")).json();
    assertThat(names(folder)).containsExactly("model");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "tokenizer train --data @none.txt --out OUT | none.txt: no such file",
    "tokenizer train --data @empty.txt --out OUT | empty.txt",
    "tokenizer train --data @text.txt --out OUT --vocabulary 100 | 100",
    "tokenizer encode --tokenizer @none.json --text a | none.json",
    "tokenizer decode --tokenizer @vocabulary.json --ids 1,290 | 290",
    "tokenizer decode --tokenizer @vocabulary.json --ids 1,x | 'x'",
    "tokenizer | train, encode or decode",
    "pretrain --tokenizer @none.json --data @text.txt --tokens 99 --out OUT | none.json",
    "pretrain --tokenizer @vocabulary.json --data @none.txt --tokens 99 --out OUT | none.txt: no such file",
    "pretrain --tokenizer @vocabulary.json --data @empty.txt --tokens 99 --out OUT | empty.txt",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 0 --out OUT | --tokens 0",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --batch 0 | batch 0",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --batch 3 --micro-batches 2 | divisible",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --rate -1 | rate -1.0",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --checkpoint-every 0 | --checkpoint-every 0",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --config @none.json | none.json",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --config @student/config.json | full-precision",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out OUT --resume | no such checkpoint",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out @base | exists",
    "pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 9 --out / | exists",
    "continue --model @none --data @text.txt --tokens 99 --out OUT | none",
    "continue --model @refined --data @none.txt --tokens 99 --out OUT | none.txt: no such file",
    "refine --model @base --out @refined | exists",
    "refine --model @none --out OUT | none",
    "refine --model @base --out OUT --group -1 | --group -1",
    "refine --model @base --out OUT --calibrate @none.txt | none.txt: no such file",
    "refine --model @base --out OUT --sub-ln some | --sub-ln",
    "finetune --model @base --task none --data @data --out OUT | \"none\" is unknown; expected one of sst2",
    "finetune --model @base --task mnli --data @data --out OUT | mnli: no such folder",
    "finetune --model @base --task sst2 --data @badlabel --out OUT | train.tsv:2: label \"9\" is unknown to task sst2",
    "finetune --model @base --task sst2 --data @badcolumn --out OUT | sentence",
    "finetune --model @base --task sst2 --data @data --bits 2 --out OUT | --bits 2; expected 16 or 1.58",
    "finetune --model @student --task sst2 --data @data --bits 16 --out OUT | a ternary model",
    "finetune --model @base --task sst2 --data @data --epochs 0 --out OUT | --epochs 0",
    "finetune --model @base --task sst2 --data @data --max-tokens 3 --out OUT | prompt",
    "finetune --model @base --task sst2 --data @data --out @teacher | exists",
    "finetune --model @base --task sst2 --data @data --out OUT --resume | no such checkpoint",
    "distill --teacher @teacher --student @refined --task sst2 --data @data --layer 2 --split-heads 4 --out OUT | layer 2",
    "distill --teacher @teacher --student @refined --task sst2 --data @data --layer 1 --split-heads 5 --out OUT | divisor of 12",
    "distill --teacher @teacher --student @refined --task sst2 --data @data --layer 1 --split-heads 4 --tau 0 --out OUT"
        + " | tau 0.0",
    "distill --teacher @teacher --student @refined --task sst2 --data @data --layer 1 --split-heads 4 --teacher-weights f16"
        + " --out OUT | --teacher-weights",
    "distill --teacher @student --student @refined --task sst2 --data @data --layer 1 --split-heads 4 --teacher-weights bf16"
        + " --out OUT | a model with ternary projections",
    "distill --teacher @none --student @refined --task sst2 --data @data --layer 1 --split-heads 4 --out OUT | none",
    "evaluate --model @none --task sst2 --data @data | none",
    "evaluate --model @base --task none --data @data | \"none\" is unknown",
    "evaluate --model @base --task perplexity --data @none.txt | none.txt: no such file",
    "evaluate --model @base --task sst2 --data @data --split test | no files of split test",
    "evaluate --model @base --task sst2 --data @data --rows 0 | --rows 0",
    "export --model @base --format ternary --out OUT | a full-precision model; expected a student",
    "quickstart --task sst2 --out OUT | without --data",
    "quickstart --task cola --data @data --out OUT | expected sst2, mnli or qnli",
    "quickstart --budget-minutes 0 --out OUT | --budget-minutes 0.0",
    "quickstart --data @data --out OUT | no such file",
    "quickstart --out @base | exists",
    "run @none.yaml --out OUT | none.yaml",
  })
  void badInputIsOneLineAndLeavesNothing(String line, String part) throws IOException {
    write("empty.txt", "");
    write("badlabel/sst2/train.tsv", "sentence\tlabel\nfine\t9\n");
    write("badcolumn/sst2/train.tsv", "phrase\tlabel\nfine\t1\n");
    Set<String> before = names(work);
    run(line.replace("OUT", folder.resolve("out").toString())).isBadInput(part);
    assertThat(names(folder)).isEmpty();
    assertThat(names(work)).isEqualTo(before);
  }

  @Test
  void aModelOfAnotherVocabularyIsNoTeacher() {
    Path text = work.resolve("text.txt");
    run("tokenizer train --vocabulary 280 --data " + text + " --out " + folder.resolve("tokenizer.json"));
    JsonFile.write(folder.resolve("tiny.json"), QwenConfig.of(280, 16, 24, 2, 4, 2, 6, true, 0.3).toJson());
    run("pretrain --tokens 64 --length 16 --batch 4 --data " + text + " --tokenizer " + folder.resolve("tokenizer.json")
        + " --config " + folder.resolve("tiny.json") + " --json --out " + folder.resolve("base")).json();
    run("distill --teacher " + folder.resolve("base") + " --student @refined --task sst2 --data @data --layer 1 --split-heads 4"
        + " --out " + folder.resolve("out")).isBadInput("base: a vocabulary of 280 tokens; expected the student's 290");
  }

  @Test
  void tokensOfAnOlderCorpusAreNotTrainedOn() throws IOException {
    Files.writeString(folder.resolve("out.tokens"), "another corpus");
    run("pretrain --tokenizer @vocabulary.json --config @tiny.json --data @text.txt --tokens 64 --length 16 --batch 4 --json --out "
        + folder.resolve("out")).json();
    assertThat(names(folder)).containsExactly("out");
  }

  @Test
  void aCheckpointLeftBetweenTwoNamesIsFoundAndNotForgotten() throws IOException {
    // What a process leaves that is killed while it replaces its checkpoint; this process number is above any real one.
    Files.createDirectory(folder.resolve("out.checkpoint.old-999999999999"));
    run("pretrain --tokenizer @vocabulary.json --data @text.txt --tokens 512 --out " + folder.resolve("out")).isBadInput(
        "out.checkpoint: holds a stopped training; expected --resume");
    assertThat(names(folder)).containsExactly("out.checkpoint");
  }
}
