package io.github.tern4j.bitdistill.report;

import com.samskivert.mustache.Mustache;
import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.nn.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code report.html}: the results of a run as one page without any outside reference. The table stands in the HTML itself;
 * figures are drawn by Chart.js, which is part of the page, and each has its numbers beside it as text.
 */
public final class ReportPage {

  /** Name of the file in the folder of a run. */
  public static final String FILE_NAME = "report.html";

  private static final String CHART_JS = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  /** How close to a border, in Delta, a weight counts as near it. */
  private static final double NEAR = 0.1;

  private ReportPage() {}

  /**
   * Writes {@code report.html} into the folder of a run, whole or not at all, and returns its path.
   *
   * @throws UncheckedIOException with one line, when the file system fails
   */
  public static Path write(Path directory, Results results) {
    Path file = directory.resolve(FILE_NAME);
    AtomicFile.write(file, html(results).getBytes(StandardCharsets.UTF_8));
    return file;
  }

  /** The page. */
  static String html(Results results) {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("task", results.task());
    page.put("seed", results.seed());
    page.put("commit", results.commit());
    page.put("style", resource("report.css"));
    page.put("chartJs", chartJs());
    page.put("script", resource("report.js"));
    page.put("data", inScript(Json.line(Map.of("curves", results.curves(), "histograms", results.histograms()))));
    page.put("anyAccuracy", results.rows().stream().anyMatch(row -> Double.isFinite(row.accuracy())));
    page.put("metricNames", metricNames(results));
    page.put("rows", rows(results));
    page.put("differences", results.differences().stream().map(ReportPage::difference).toList());
    page.put("lossFigures", figures(results, Curve.Quantity.LOSS));
    page.put("ratioFigures", figures(results, Curve.Quantity.GRADIENT_RATIO));
    page.put("histogramFigures", histograms(results));
    page.put("machine", results.machine().map(ReportPage::machine).stream().toList());
    page.put("settings", flat("", results.settings()));
    page.put("notes", results.notes());
    return Mustache.compiler().escapeHTML(true).zeroIsFalse(true).compile(resource("report.html")).execute(page);
  }

  private static List<String> metricNames(Results results) {
    return results.rows().stream().flatMap(row -> row.metrics().keySet().stream()).distinct().toList();
  }

  private static List<Map<String, Object>> rows(Results results) {
    double low = results.rows().stream().mapToDouble(Results.Row::low).filter(Double::isFinite).min().orElse(0);
    double high = results.rows().stream().mapToDouble(Results.Row::high).filter(Double::isFinite).max().orElse(1);
    // A margin of a tenth on both sides keeps the ends of the widest interval visible.
    double left = low - 0.1 * (high - low);
    double scale = high > low ? 100 / (1.2 * (high - low)) : 0;
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Results.Row row : results.rows()) {
      Map<String, Object> cells = new LinkedHashMap<>();
      cells.put("method", row.method());
      cells.put("accuracy", percent(row.accuracy()));
      cells.put("hasInterval", scale > 0 && Double.isFinite(row.low()) && Double.isFinite(row.high()));
      cells.put("low", percent(row.low()));
      cells.put("high", percent(row.high()));
      cells.put("barLeft", number("%.2f", (row.low() - left) * scale));
      cells.put("barWidth", number("%.2f", (row.high() - row.low()) * scale));
      cells.put("barPoint", number("%.2f", (row.accuracy() - left) * scale));
      cells.put("metrics", metricNames(results).stream()
          .map(name -> number("%.4g", row.metrics().getOrDefault(name, Double.NaN))).toList());
      cells.put("blockWeights", bytes(row.blockWeightBytes()));
      cells.put("blockWeightBytes", row.blockWeightBytes());
      cells.put("file", bytes(row.fileBytes()));
      cells.put("fileBytes", row.fileBytes());
      cells.put("tokensPerSecond", number("%,.0f", row.tokensPerSecond()));
      cells.put("inference", row.inference());
      rows.add(cells);
    }
    return rows;
  }

  private static Map<String, Object> difference(Results.Difference difference) {
    return Map.of(
        "method", difference.method(),
        "against", difference.against(),
        "difference", number("%+.2f", 100 * difference.difference()),
        "low", number("%+.2f", 100 * difference.low()),
        "high", number("%+.2f", 100 * difference.high()));
  }

  /** One figure per stage, with its series in the order in which the results have them. */
  private static List<Map<String, Object>> figures(Results results, Curve.Quantity quantity) {
    Map<String, List<Curve>> stages = new LinkedHashMap<>();
    for (Curve curve : results.curves()) {
      if (curve.quantity() == quantity && !curve.values().isEmpty()) {
        stages.computeIfAbsent(curve.stage(), stage -> new ArrayList<>()).add(curve);
      }
    }
    List<Map<String, Object>> figures = new ArrayList<>();
    stages.forEach((stage, curves) -> figures.add(Map.of(
        "stage", stage,
        "quantity", quantity.name(),
        "summary", curves.stream().map(ReportPage::summary).toList())));
    return figures;
  }

  private static Map<String, Object> summary(Curve curve) {
    double lowest = curve.values().stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).min().orElse(Double.NaN);
    return Map.of(
        "series", curve.series(),
        "first", number("%.4g", curve.values().getFirst()),
        "last", number("%.4g", curve.values().getLast()),
        "lowest", number("%.4g", lowest),
        "lastStep", curve.steps().getLast());
  }

  private static List<Map<String, Object>> histograms(Results results) {
    Map<String, List<WeightHistogram>> tensors = new LinkedHashMap<>();
    for (WeightHistogram histogram : results.histograms()) {
      tensors.computeIfAbsent(histogram.tensor(), tensor -> new ArrayList<>()).add(histogram);
    }
    List<Map<String, Object>> figures = new ArrayList<>();
    tensors.forEach((tensor, moments) -> figures.add(Map.of(
        "tensor", tensor,
        "moments", moments.stream().map(histogram -> Map.of(
            "moment", histogram.moment(),
            "weights", number("%,.0f", histogram.total()),
            "near", percent(histogram.shareNearBorders(NEAR)))).toList())));
    return figures;
  }

  private static Map<String, Object> machine(Machine machine) {
    return Map.of(
        "cpu", machine.cpu(),
        "cores", machine.cores(),
        "vectorBits", machine.vectorBits(),
        "memory", bytes(machine.memoryBytes()),
        "system", machine.system(),
        "jdk", machine.jdk());
  }

  /** Nested settings as lines with dotted names. */
  private static List<Map<String, Object>> flat(String prefix, Map<?, ?> settings) {
    List<Map<String, Object>> lines = new ArrayList<>();
    settings.forEach((key, value) -> {
      if (value instanceof Map<?, ?> nested) {
        lines.addAll(flat(prefix + key + ".", nested));
      } else {
        lines.add(Map.of("name", prefix + key, "value", String.valueOf(value)));
      }
    });
    return lines;
  }

  private static String percent(double share) {
    return number("%.2f", 100 * share);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
  }

  private static String bytes(long bytes) {
    if (bytes < 1_000_000) {
      return bytes < 1_000 ? bytes + " B" : number("%.1f kB", bytes / 1e3);
    }
    return bytes < 1_000_000_000 ? number("%.2f MB", bytes / 1e6) : number("%.2f GB", bytes / 1e9);
  }

  /** The library, without the reference to a source map that an offline page cannot have. */
  private static String chartJs() {
    return resource(CHART_JS).replaceAll("(?m)^//# sourceMappingURL=.*$", "").replace("</script", "<\\/script");
  }

  /** JSON inside a script element: without {@code <} nothing in it can end the element. */
  private static String inScript(String json) {
    return json.replace("<", "\\u003c");
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
