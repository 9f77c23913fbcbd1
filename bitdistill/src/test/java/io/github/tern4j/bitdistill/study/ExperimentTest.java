package io.github.tern4j.bitdistill.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.bitdistill.language.ArtificialLanguage;
import io.github.tern4j.bitdistill.language.LanguageOptions;
import io.github.tern4j.bitdistill.language.Pair;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.recipe.RecipeFile;
import io.github.tern4j.bitdistill.report.Machine;
import io.github.tern4j.bitdistill.report.Results;
import io.github.tern4j.bitdistill.stage.StoppedException;
import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.Row;
import io.github.tern4j.nn.data.DocumentSource;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in recipes with the layers, heads, factors and rates they have, on narrow models, a few steps and little data. */
class ExperimentTest {

  private static final Machine MACHINE = new Machine("test", 1, 128, 1L << 30, "test", "test");
  private static final long SEED = 5;
  private static final BooleanSupplier NEVER = () -> false;

  private static final LanguageOptions SMALL_LANGUAGE = new LanguageOptions(2, 1, 1, 3, 3, 0.5, 150,
      List.of(new LanguageOptions.Stage(1, 1, 1, 1, 1, 1)), 0.1, 12, 3, 15);

  @TempDir
  private Path folder;

  private final List<String> stages = new ArrayList<>();

  private final Progress remembered = (title, unit, from, total) -> {
    stages.add(title);
    return Progress.silent().start(title, unit, from, total);
  };

  static Recipe shrunk(Recipe recipe) {
    Recipe.Model model = recipe.model();
    Recipe.Distill distill = recipe.distill();
    return new Recipe(recipe.name(), recipe.task(),
        new Recipe.Model(16, model.layers(), model.heads(), model.kvHeads(), 8, 24, model.initializerRange()),
        new Recipe.TokenizerTraining(800, recipe.tokenizer().lowercase()), recipe.corpora(), shrunk(recipe.pretrain()),
        shrunk(recipe.teacher()), shrunk(recipe.bitnetSft()), recipe.refine(), shrunk(recipe.continued()),
        new Recipe.Distill(1, 4, 40, distill.rate(), distill.warmup(), distill.lambda(), distill.gamma(), distill.gammaRatio(),
            distill.tau(), distill.layer(), distill.splitHeads(), 2, distill.teacherWeights()));
  }

  private static Recipe.Pretrain shrunk(Recipe.Pretrain stage) {
    return new Recipe.Pretrain(3 * 4 * 16, 4, 16, stage.rate(), stage.warmup(), stage.inOrder());
  }

  private static Recipe.Finetune shrunk(Recipe.Finetune stage) {
    return new Recipe.Finetune(1, 4, 40, stage.rate(), stage.warmup());
  }

  private static StudyInput artificial() {
    ArtificialLanguage language = ArtificialLanguage.generate(SEED, SMALL_LANGUAGE);
    return new StudyInput(ClassificationTask.ARTIFICIAL, examples("train", language.train()), examples("test", language.test()),
        () -> language.documents().stream(), List.of("a small language"));
  }

  private static List<ClassificationExample> examples(String split, List<Pair> pairs) {
    return pairs.stream().map(pair -> ClassificationTask.ARTIFICIAL.example(new Row(split,
        Map.of("premise", pair.premise(), "hypothesis", pair.hypothesis(), "label", pair.label())))).toList();
  }

  /** Runs with a clock that is a second later whenever it is read, so that speeds are the same in every run. */
  private Results run(Recipe recipe, StudyInput input, Path root, BooleanSupplier stopRequested) throws IOException {
    return run(recipe, input, root, "vector", stopRequested);
  }

  private Results run(Recipe recipe, StudyInput input, Path root, String backendName, BooleanSupplier stopRequested)
      throws IOException {
    stages.clear();
    StudyFolder run = new StudyFolder(root);
    run.claim(recipe, SEED);
    AtomicLong clock = new AtomicLong();
    try (Backend backend = Backends.open(backendName, 1)) {
      return new Experiment(recipe, input, run, backend, SEED)
          .run("commit", MACHINE, () -> clock.addAndGet(1_000_000_000), stopRequested, remembered);
    }
  }

  private static double medianLogitsDeviation(Results results) {
    Matcher note = Pattern.compile("; median text (\\S+)\\)").matcher(String.join("\n", results.notes()));
    assertThat(note.find()).isTrue();
    return Double.parseDouble(note.group(1));
  }

  @Test
  void theQuickstartLeavesItsTableItsPageAndItsModelsAndDoesNothingTwice() throws IOException {
    Recipe recipe = shrunk(RecipeFile.builtIn("quickstart"));
    Path root = folder.resolve("run");
    Results results = run(recipe, artificial(), root, NEVER);

    assertThat(results.rows()).extracting(Results.Row::method).containsExactly("FP16-SFT", "BitNet-SFT", "BitDistill");
    assertThat(results.rows()).allSatisfy(row -> {
      assertThat(row.accuracy()).isBetween(row.low(), row.high());
      assertThat(row.tokensPerSecond()).isPositive();
      assertThat(row.fileBytes()).isGreaterThan(row.blockWeightBytes());
    });
    Results.Row teacher = results.rows().getFirst();
    Results.Row student = results.rows().getLast();
    assertThat(student.fileBytes()).isEqualTo(Files.size(root.resolve("student.ternary"))).isLessThan(teacher.fileBytes());
    // 2 bits a weight instead of 16, and scales.
    assertThat(student.blockWeightBytes()).isLessThan(teacher.blockWeightBytes() / 4);
    assertThat(results.differences()).hasSize(3);
    // Float error; a single text may be further off, where one of its int8 codes lies on a rounding border.
    assertThat(medianLogitsDeviation(results)).isLessThan(1e-5);
    assertThat(stages).containsExactly("training the tokenizer", "encoding the corpus", "base model", "teacher: FP16-SFT",
        "baseline: BitNet-SFT", "stage 2: continual pre-training", "stage 3: distillation");
    assertThat(root.toFile().list()).containsExactlyInAnyOrder("study.json", "tokenizer.json", "corpus.tokens", "results.json",
        "report.html", "base", "base.curves.json", "teacher", "teacher.curves.json", "teacher-bf16", "bitnet-sft",
        "bitnet-sft.curves.json", "bitnet-sft.ternary", "refined", "refined.curves.json", "continued", "continued.curves.json",
        "student", "student.curves.json", "student.ternary");
    assertThat(Files.readString(root.resolve("report.html"))).contains("BitDistill", "stage 3: distillation");

    String first = Files.readString(root.resolve("results.json"));
    run(recipe, artificial(), root, NEVER);
    assertThat(stages).isEmpty();
    assertThat(root.resolve("results.json")).hasContent(first);
  }

  @Test
  void aStudyThatIsStoppedAgainAndAgainEndsWithTheSameResults() throws IOException {
    Recipe recipe = shrunk(RecipeFile.builtIn("quickstart"));
    run(recipe, artificial(), folder.resolve("whole"), "reference", NEVER);
    Path root = folder.resolve("stopped");
    boolean done = false;
    int stops = 0;
    while (!done) {
      int[] polls = {0};
      try {
        // Four of the fifteen steps and no more at a time.
        run(recipe, artificial(), root, "reference", () -> polls[0]++ == 4);
        done = true;
      } catch (StoppedException stopped) {
        stops++;
        assertThat(root.resolve("results.json")).doesNotExist();
      }
    }
    assertThat(stops).isEqualTo(3);
    assertThat(root.resolve("results.json")).hasSameTextualContentAs(folder.resolve("whole/results.json"));
    assertThat(root.toFile().list()).containsExactlyInAnyOrder(folder.resolve("whole").toFile().list());
  }

  @Test
  void aFolderOfAnotherRecipeOrSeedIsRefused() {
    Recipe recipe = RecipeFile.builtIn("quickstart");
    StudyFolder run = new StudyFolder(folder.resolve("run"));
    run.claim(recipe, 1);
    run.claim(recipe, 1);
    for (Runnable other : List.<Runnable>of(() -> run.claim(recipe, 2), () -> run.claim(recipe.scaled(0.5), 1))) {
      assertThatThrownBy(other::run).isInstanceOf(BadInputException.class)
          .hasMessageContaining("another recipe or seed").hasMessageContaining("study.json");
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "quickstart-sst2 | sentence | 0 1",
    "quickstart-mnli | premise hypothesis | 0 1 2",
    "quickstart-qnli | question sentence | 0 1",
  })
  void everyRecipeForRealTextRuns(String name, String columns, String labels) throws IOException {
    Recipe recipe = shrunk(RecipeFile.builtIn(name));
    Path data = folder.resolve("data");
    writeTask(data.resolve(recipe.task()), columns.split(" "), labels.split(" "));
    for (String corpus : recipe.corpora()) {
      writeGzip(data.resolve(corpus), ("A sentence of " + corpus + ". ").repeat(20));
    }
    Results results = run(recipe, StudyInputs.fromFolder(recipe, data), folder.resolve("run"), "reference", NEVER);
    assertThat(results.task()).isEqualTo(recipe.task());
    assertThat(results.rows()).extracting(Results.Row::method).containsExactly("FP16-SFT", "BitNet-SFT", "BitDistill");
    // Float error; a single text may be further off, where one of its int8 codes lies on a rounding border.
    assertThat(medianLogitsDeviation(results)).isLessThan(1e-5);
  }

  private static void writeTask(Path task, String[] columns, String[] labels) throws IOException {
    Files.createDirectories(task);
    for (String split : List.of("train", "dev")) {
      StringBuilder table = new StringBuilder(String.join("\t", columns)).append("\tlabel\n");
      for (int row = 0; row < 10; row++) {
        for (String column : columns) {
          table.append(column).append(" number ").append(row).append(" of ").append(split).append('\t');
        }
        table.append(labels[row % labels.length]).append('\n');
      }
      Files.writeString(task.resolve(split + ".tsv"), table);
    }
  }

  private static void writeGzip(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void dataThatDoNotFitTheRecipeAreRefused() {
    Recipe recipe = RecipeFile.builtIn("quickstart-sst2");
    assertThatThrownBy(() -> StudyInputs.fromFolder(recipe, folder)).isInstanceOf(BadInputException.class)
        .hasMessage(folder.resolve("corpus/wiki_en.train.txt.gz")
            + ": no such file; expected text to train on");
    StudyInput artificial = artificial();
    DocumentSource nothing = Stream::empty;
    StudyInput empty = new StudyInput(artificial.task(), List.of(), artificial.evaluation(), nothing, List.of());
    assertThatThrownBy(() -> run(shrunk(RecipeFile.builtIn("quickstart")), empty, folder.resolve("run"), NEVER))
        .isInstanceOf(BadInputException.class);
    assertThat(folder.resolve("run").toFile().list()).containsExactly("study.json");
  }
}
