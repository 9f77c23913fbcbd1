package io.github.tern4j.bitdistill.report;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.nn.file.AtomicFile;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * What a run found, as it stands in {@code results.json}. Scripts rely on {@code task}, {@code seed}, {@code commit} and
 * {@code rows}; the rest is for the page and for people.
 *
 * @param task the task's name
 * @param seed the seed that every random number came from
 * @param commit the git commit of the program
 * @param rows one per method
 * @param differences differences between methods on the same evaluation rows
 * @param curves losses and gradient ratios of the stages
 * @param histograms latent weights before and after stage 2
 * @param machine where speed was measured
 * @param settings the recipe, nested maps and lists as in its file
 * @param notes what a reader must know to judge the numbers, one sentence or two each
 */
public record Results(
    String task,
    long seed,
    String commit,
    List<Row> rows,
    List<Difference> differences,
    List<Curve> curves,
    List<WeightHistogram> histograms,
    Optional<Machine> machine,
    Map<String, Object> settings,
    List<String> notes) {

  /** Name of the file in the folder of a run. */
  public static final String FILE_NAME = "results.json";

  /** What is not in the file is empty. */
  public Results {
    task = orEmpty(task);
    commit = orEmpty(commit);
    rows = orEmpty(rows);
    differences = orEmpty(differences);
    curves = orEmpty(curves);
    histograms = orEmpty(histograms);
    machine = machine == null ? Optional.empty() : machine;
    settings = orEmpty(settings);
    notes = orEmpty(notes);
  }

  /**
   * One method's result.
   *
   * @param method {@code FP16-SFT}, {@code BitNet-SFT}, {@code BitDistill} or another name
   * @param accuracy share of right answers, 0 to 1; NaN for tasks that have none
   * @param low lower end of its 95 % confidence interval
   * @param high upper end of it
   * @param blockWeightBytes the weights of the projections inside the blocks as the method stores them
   * @param fileBytes the whole model file, embedding included
   * @param tokensPerSecond speed of decoding on {@link Results#machine}; NaN when it was not measured
   * @param inference what was timed: {@code BF16}, {@code packed ternary}
   * @param metrics further measures by name: {@code f1}, {@code bleu}, {@code rouge1}, {@code perplexity}
   */
  public record Row(
      String method,
      double accuracy,
      double low,
      double high,
      long blockWeightBytes,
      long fileBytes,
      double tokensPerSecond,
      String inference,
      Map<String, Double> metrics) {

    /** What is not in the file is empty. */
    public Row {
      method = orEmpty(method);
      inference = orEmpty(inference);
      metrics = orEmpty(metrics);
    }
  }

  /**
   * How much more accurate one method is than another, from the rows on which they differ.
   *
   * @param method the method
   * @param against the method it is compared with
   * @param difference accuracy of {@code method} minus accuracy of {@code against}
   * @param low lower end of the paired 95 % confidence interval
   * @param high upper end of it
   */
  public record Difference(String method, String against, double difference, double low, double high) {}

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /** Keeps the order, which {@link Map#copyOf} would not. */
  private static <V> Map<String, V> orEmpty(Map<String, V> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /**
   * Reads {@code results.json} of a run.
   *
   * @throws BadInputException when the folder has none or it is not what it has to be
   */
  public static Results read(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    try {
      return Json.mapper().readValue(Files.readString(file), Results.class);
    } catch (NoSuchFileException missing) {
      throw new BadInputException(file + ": no such file; expected the folder of a run that has ended", missing);
    } catch (JacksonException malformed) {
      throw new BadInputException(file + ": not the results of a run: " + malformed.getOriginalMessage(), malformed);
    }
  }

  /**
   * Writes {@code results.json} into the folder of a run, whole or not at all, and returns its path.
   *
   * @throws UncheckedIOException with one line, when the file system fails
   */
  public Path write(Path directory) {
    Path file = directory.resolve(FILE_NAME);
    AtomicFile.write(file, Json.indented(this).getBytes(StandardCharsets.UTF_8));
    return file;
  }
}
