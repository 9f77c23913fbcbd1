package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.metric.Bleu;
import io.github.tern4j.bitdistill.metric.Bootstrap;
import io.github.tern4j.bitdistill.metric.ClassScores;
import io.github.tern4j.bitdistill.metric.CorpusScore;
import io.github.tern4j.bitdistill.metric.Estimate;
import io.github.tern4j.bitdistill.metric.Perplexity;
import io.github.tern4j.bitdistill.metric.Proportion;
import io.github.tern4j.bitdistill.metric.Rouge;
import io.github.tern4j.bitdistill.study.Classifier;
import io.github.tern4j.bitdistill.study.TaskExamples;
import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.GeneralText;
import io.github.tern4j.bitdistill.task.GenerationExample;
import io.github.tern4j.bitdistill.task.GenerationTask;
import io.github.tern4j.bitdistill.task.Task;
import io.github.tern4j.bitdistill.task.TaskData;
import io.github.tern4j.nn.generate.Generator;
import io.github.tern4j.nn.generate.Sampler;
import io.github.tern4j.nn.generate.Sampling;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: how good a model is at a task, with 95 % intervals. */
@Command(name = "evaluate", description = "Judges a model on a task, or by perplexity on text, with 95 %% confidence intervals.")
final class EvaluateCommand implements Callable<Integer> {

  private static final String PERPLEXITY = "perplexity";

  /** Of the bootstrap for measures without a closed interval. */
  private static final int RESAMPLES = 1_000;

  @Mixin private CommonOptions common;

  @Mixin private HeadFlag head;

  @Option(names = "--model", required = true, paramLabel = "DIR|FILE", description = "Model directory or .ternary file.")
  private Path model;

  @Option(names = "--task", required = true, paramLabel = "NAME",
      description = "sst2, mnli, qnli, rte, cola, ag_news, cnn_dailymail, xsum, or perplexity of the text --data.")
  private String taskName;

  @Option(names = "--data", required = true, paramLabel = "DIR|FILE",
      description = "Folder that holds a folder of the task; or text.")
  private Path data;

  @Option(names = "--split", paramLabel = "NAME", defaultValue = "dev",
      description = "Split of the task (default: ${DEFAULT-VALUE}).")
  private String split;

  @Option(names = "--rows", paramLabel = "N", description = "Judge on the first N rows or documents only.")
  private Optional<Integer> limit;

  @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "128",
      description = "Longest example; longer ones are shortened (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(names = "--tokenizer", paramLabel = "FILE", description = "tokenizer.json (default: the model's own).")
  private Optional<Path> tokenizerFile;

  @Override
  public Integer call() {
    if (limit.isPresent() && limit.get() < 1 || maxTokens < 4) {
      throw new BadInputException("--rows " + limit.orElse(1) + ", --max-tokens " + maxTokens + "; expected at least 1 and 4");
    }
    Tokenizer tokenizer = ModelArgument.tokenizer(model, tokenizerFile);
    try (Backend backend = common.openBackend(); InferenceModel loaded = head.load(model, backend)) {
      Map<String, Object> answer = taskName.equals(PERPLEXITY)
          ? perplexity(loaded, tokenizer)
          : switch (Task.named(taskName)) {
            case ClassificationTask task -> classification(task, loaded, tokenizer);
            case GenerationTask task -> generation(task, loaded, tokenizer);
          };
      common.output().write(answer, () -> text(answer));
    }
    return 0;
  }

  private Map<String, Object> classification(ClassificationTask task, InferenceModel loaded, Tokenizer tokenizer) {
    List<ClassificationExample> examples = first(TaskData.read(data, task, split));
    TaskExamples encoder = new TaskExamples(tokenizer, maxTokens);
    int[][] prompts = examples.stream().map(example -> encoder.prompt(example.prompt(), maxTokens)).toArray(int[][]::new);
    int[] predictions = Classifier.predict(loaded, prompts, encoder.labelTokens(task));
    int[] labels = examples.stream().mapToInt(ClassificationExample::label).toArray();
    Proportion accuracy = Proportion.accuracy(predictions, labels);
    Map<String, Object> answer = heading(labels.length);
    answer.put("accuracy", accuracy.value());
    answer.put("low", accuracy.low());
    answer.put("high", accuracy.high());
    add(answer, "f1", ClassScores.macroF1(predictions, labels, task.labels().size()));
    add(answer, "matthews", ClassScores.matthews(predictions, labels, task.labels().size()));
    return answer;
  }

  private Map<String, Object> generation(GenerationTask task, InferenceModel loaded, Tokenizer tokenizer) {
    List<GenerationExample> examples = first(TaskData.read(data, task, split));
    TaskExamples encoder = new TaskExamples(tokenizer, maxTokens);
    Generator generator = new Generator(loaded.session(), new Sampler(Sampling.GREEDY, common.seed()));
    int end = tokenizer.requiredId(TaskExamples.BOUNDARY);
    List<String> written = new ArrayList<>();
    for (GenerationExample example : examples) {
      int[] prompt = encoder.prompt(example.prompt(), maxTokens / 2);
      int[] ids = generator.generate(prompt, maxTokens / 2, Set.of(end), id -> true).ids();
      written.add(tokenizer.decode(ids, true).strip());
    }
    List<List<String>> references = examples.stream().map(example -> List.of(example.target())).toList();
    Map<String, Object> answer = heading(examples.size());
    add(answer, "bleu", Bleu.ofCorpus().corpus(written, references));
    add(answer, "rouge1", Rouge.ROUGE_1.corpus(references, written, true));
    add(answer, "rouge2", Rouge.ROUGE_2.corpus(references, written, true));
    add(answer, "rougeL", Rouge.ROUGE_L.corpus(references, written, true));
    add(answer, "rougeLsum", Rouge.ROUGE_LSUM.corpus(references, written, true));
    return answer;
  }

  // Documents are cut into windows of maxTokens, each behind the boundary token: what a token has before it is at most that long.
  private Map<String, Object> perplexity(InferenceModel loaded, Tokenizer tokenizer) {
    int boundary = tokenizer.requiredId(TaskExamples.BOUNDARY);
    List<int[]> windows = new ArrayList<>();
    try (Stream<String> documents = GeneralText.in(List.of(data)).documents()) {
      documents.limit(limit.orElse(Integer.MAX_VALUE)).forEach(document -> {
        int[] ids = tokenizer.encode(document);
        for (int from = 0; from < ids.length; from += maxTokens - 1) {
          int to = Math.min(ids.length, from + maxTokens - 1);
          int[] window = new int[to - from + 1];
          window[0] = boundary;
          System.arraycopy(ids, from, window, 1, to - from);
          windows.add(window);
        }
      });
    }
    float[][] losses = loaded.tokenLosses(windows.toArray(int[][]::new));
    double[] sums = Arrays.stream(losses).mapToDouble(EvaluateCommand::sum).toArray();
    Map<String, Object> answer = heading(windows.size());
    add(answer, PERPLEXITY, Perplexity.of(sums, Arrays.stream(losses).mapToLong(row -> row.length).toArray()));
    return answer;
  }

  private Map<String, Object> heading(int rows) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("model", model.toString());
    answer.put("task", taskName);
    answer.put("split", split);
    answer.put("rows", rows);
    return answer;
  }

  private void add(Map<String, Object> answer, String name, CorpusScore score) {
    Estimate estimate = new Bootstrap(RESAMPLES, Rng.of(common.seed()).at("bootstrap")).interval(score);
    answer.put(name, estimate.value());
    answer.put(name + "_low", estimate.low());
    answer.put(name + "_high", estimate.high());
  }

  private <T> List<T> first(List<T> rows) {
    return limit.isPresent() && limit.get() < rows.size() ? rows.subList(0, limit.get()) : rows;
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private static String text(Map<String, Object> answer) {
    return answer.entrySet().stream()
        .map(entry -> entry.getValue() instanceof Double number
            ? String.format(Locale.ROOT, "%-16s %.4f", entry.getKey(), number)
            : String.format("%-16s %s", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining("\n"));
  }
}
