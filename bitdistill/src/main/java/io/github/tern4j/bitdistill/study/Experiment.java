package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.recipe.RecipeFile;
import io.github.tern4j.bitdistill.report.Machine;
import io.github.tern4j.bitdistill.report.ReportPage;
import io.github.tern4j.bitdistill.report.Results;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.data.TokenShardWriter;
import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A recipe from text to results: trains the tokenizer, encodes the corpus, runs the {@link Study}, judges FP16-SFT, BitNet-SFT
 * and BitDistill on the same rows, packs the student, times it, and writes {@code results.json} and {@code report.html}.
 */
public final class Experiment {

  private static final String PACKED = "packed ternary";

  private final Recipe recipe;
  private final StudyInput input;
  private final StudyFolder folder;
  private final Backend backend;
  private final long seed;

  /** An experiment in a folder, which may hold parts that are done. */
  public Experiment(Recipe recipe, StudyInput input, StudyFolder folder, Backend backend, long seed) {
    this.recipe = recipe;
    this.input = input;
    this.folder = folder;
    this.backend = backend;
    this.seed = seed;
  }

  /**
   * Does what is still to do.
   *
   * @param commit of the program, for the results
   * @param machine where speed is measured
   * @param nanos clock that speed is measured with
   */
  public Results run(String commit, Machine machine, LongSupplier nanos, BooleanSupplier stopRequested, Progress progress)
      throws IOException {
    Files.createDirectories(folder.root());
    Tokenizer tokenizer = tokenizer(progress);
    EncodedTask task = EncodedTask.encode(input, tokenizer, recipe.teacher().maxTokens());
    if (!Files.exists(folder.corpus())) {
      try (Progress.Stage display = progress.start("encoding the corpus", "corpus", 0, 1)) {
        TokenShardWriter.write(folder.corpus(), input.corpus(), tokenizer, TaskExamples.BOUNDARY);
        display.at(1, "");
      }
    }
    Study.Models models;
    try (TokenShard corpus = TokenShard.open(folder.corpus())) {
      corpus.checkMadeBy(tokenizer);
      models = new Study(recipe, folder, backend, seed, stopRequested, progress).run(tokenizer, corpus, task);
    }
    Results results = results(models, task, commit, machine, nanos);
    results.write(folder.root());
    ReportPage.write(folder.root(), results);
    return results;
  }

  /** Where the page is. */
  public Path report() {
    return folder.root().resolve("report.html");
  }

  private Tokenizer tokenizer(Progress progress) {
    if (!Files.exists(folder.tokenizer())) {
      try (Progress.Stage display = progress.start("training the tokenizer", "tokenizer", 0, 1);
          Stream<String> corpus = input.corpus().documents()) {
        Recipe.TokenizerTraining training = recipe.tokenizer();
        BpeTrainer trainer = new BpeTrainer(training.vocabulary(), BpeTrainer.QWEN_SPECIAL_TOKENS, 2, training.lowercase());
        Stream<String> prompts = input.train().stream()
            .map(example -> example.prompt().text() + input.task().labels().get(example.label()).verbalizer());
        TokenizerFile.write(trainer.train(Stream.concat(corpus, prompts)), folder.tokenizer());
        display.at(1, "");
      }
    }
    return TokenizerFile.read(folder.tokenizer());
  }

  private Results results(Study.Models models, EncodedTask task, String commit, Machine machine, LongSupplier nanos)
      throws IOException {
    Map<String, int[]> predictions = new LinkedHashMap<>();
    predictions.put(StudyResults.FULL_PRECISION, predict(models.teacher().model(), task));
    predictions.put(StudyResults.BASELINE, predict(models.bitnetSft().model(), task));
    predictions.put(StudyResults.DISTILLED, predict(models.student().model(), task));
    PackedComparison packed = PackedComparison.measure(folder, backend, task, predictions.get(StudyResults.DISTILLED), nanos);
    int[] labels = task.labels();
    List<Results.Row> rows = List.of(
        StudyResults.row(StudyResults.FULL_PRECISION, predictions, labels, packed.teacher(), "BF16"),
        StudyResults.row(StudyResults.BASELINE, predictions, labels, packed.baseline(), PACKED),
        StudyResults.row(StudyResults.DISTILLED, predictions, labels, packed.student(), PACKED));
    List<String> notes = new ArrayList<>(input.notes());
    notes.addAll(packed.notes());
    return new Results(recipe.task(), seed, commit, rows, StudyResults.differences(predictions, labels),
        StudyResults.curves(models),
        List.of(StudyResults.histogram("before stage 2", models.refined().model()),
            StudyResults.histogram("after stage 2", models.continued().model())),
        Optional.of(machine), RecipeFile.settings(recipe), notes);
  }

  private static int[] predict(TrainableModel model, EncodedTask task) {
    return Classifier.predict(model, task.evaluation(), task.labelTokens());
  }
}
