package io.github.tern4j.bitdistill.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.bitdistill.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportPageTest {

  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  private static String data(String page) {
    Matcher data = DATA.matcher(page);
    assertThat(data.find()).isTrue();
    return data.group(1);
  }

  @Test
  void hasTheThreeRowsWithIntervalsSizesAndSpeed() {
    String page = ReportPage.html(SampleResults.full());
    assertThat(page).contains("<th scope=\"row\">FP16-SFT</th>", "<th scope=\"row\">BitNet-SFT</th>")
        .contains("<th scope=\"row\">BitDistill</th>")
        .contains("<strong>92.44</strong><span class=\"range\">91.21 – 93.51</span>")
        .contains("title=\"663552 bytes\">663.6 kB<", "title=\"2433024 bytes\">2.43 MB<", ">4,298<")
        .contains("BitDistill against FP16-SFT: <strong>-0.68</strong> points (95&nbsp;% interval -1.41 to +0.05, paired)");
  }

  @Test
  void refersToNothingOutside() {
    String page = ReportPage.html(SampleResults.full());
    String withoutBanner = page.replaceAll("(?s)/\\*!.*?\\*/", "");
    assertThat(withoutBanner).doesNotContain("sourceMappingURL", "src=", "@import", "<link rel=\"stylesheet\"");
    assertThat(page).contains("Chart.js v4.5.1");
  }

  @Test
  void namesCannotBreakOutOfThePage() {
    String evil = "</script><script>alert(1)</script>&\"'";
    Results results = new Results(
        evil, 1, evil,
        List.of(new Results.Row(evil, 0.5, 0.4, 0.6, 1, 2, 3, evil, Map.of(evil, 1.0))),
        List.of(new Results.Difference(evil, evil, 0, 0, 0)),
        List.of(new Curve(evil, Curve.Quantity.LOSS, evil, List.of(1L), List.of(2.0))),
        List.of(WeightHistogram.of(evil, evil, new float[] {1}, 1)),
        Optional.of(new Machine(evil, 1, 128, 1, evil, evil)),
        Map.of(evil, Map.of(evil, evil)),
        List.of(evil));
    String page = ReportPage.html(results);
    assertThat(page).doesNotContain("<script>alert");
    assertThat(Pattern.compile("</script").matcher(page).results().count()).as("script elements").isEqualTo(3);
    assertThat(Json.mapper().readTree(data(page)).get("curves").get(0).get("stage").asString()).isEqualTo(evil);
  }

  @Test
  void everyFigureHasItsDataAndATextAlternative() {
    Results results = SampleResults.full();
    String page = ReportPage.html(results);
    assertThat(Pattern.compile("<canvas role=\"img\" aria-label=\"").matcher(page).results().count()).isEqualTo(7);
    assertThat(Pattern.compile("<details><summary>Numbers").matcher(page).results().count()).isEqualTo(7);
    var data = Json.mapper().readTree(data(page));
    assertThat(data.get("curves").size()).isEqualTo(results.curves().size());
    assertThat(data.get("curves").get(0).get("quantity").asString()).isEqualTo("LOSS");
    assertThat(data.get("histograms").size()).isEqualTo(results.histograms().size());
  }

  @Test
  void aRunWithOnlyItsRequiredPartsHasNoEmptySections() {
    Results bare = new Results("xsum", 1, "abc",
        List.of(new Results.Row("FP16-SFT", Double.NaN, Double.NaN, Double.NaN, 1, 2, Double.NaN, "", Map.of("bleu", 13.98))),
        List.of(), List.of(), List.of(), Optional.empty(), Map.of(), List.of());
    String page = ReportPage.html(bare);
    assertThat(page.substring(page.indexOf("<main>"), page.indexOf("</main>")))
        .contains("<th scope=\"col\" class=\"number\">bleu</th>", "<td class=\"number\">13.98</td>")
        .doesNotContain("<canvas", "id=\"losses\"", "id=\"notes\"", "NaN", "Differences on", "ccuracy");
  }

  @Test
  void theSampleIsLeftAmongTheBuildOutputToBeLookedAt() throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "sample-report"));
    SampleResults.full().write(folder);
    assertThat(ReportPage.write(folder, Results.read(folder))).isRegularFile();
  }
}
