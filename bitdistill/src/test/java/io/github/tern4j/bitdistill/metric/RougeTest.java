package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RougeTest {

  @Test
  void lineScoresAreThoseOfRouge155() throws IOException {
    JsonNode scores = ReferenceScores.json("rouge_google/expected.json");
    List<String> references = Files.readAllLines(ReferenceScores.path("rouge_google/target.txt"));
    List<String> predictions = Files.readAllLines(ReferenceScores.path("rouge_google/prediction.txt"));
    for (JsonNode expected : scores.path("per_line")) {
      int line = expected.path("line").asInt();
      assertAgrees(expected, references.get(line), predictions.get(line));
    }
  }

  @Test
  void summaryScoresAreThoseOfRouge155() throws IOException {
    for (JsonNode expected : ReferenceScores.json("rouge_google/expected.json").path("multi_line")) {
      assertAgrees(expected,
          Files.readString(ReferenceScores.path("rouge_google/" + expected.path("target").asString())),
          Files.readString(ReferenceScores.path("rouge_google/" + expected.path("prediction").asString())));
    }
  }

  @Test
  void inlineScoresAreThoseOfRougeScore() throws IOException {
    for (JsonNode expected : ReferenceScores.json("rouge_google/expected.json").path("inline")) {
      assertAgrees(expected, expected.path("target").asString(), expected.path("prediction").asString());
    }
  }

  private static void assertAgrees(JsonNode expected, String reference, String prediction) {
    Rouge rouge = switch (expected.path("metric").asString()) {
      case "rouge1" -> Rouge.ROUGE_1;
      case "rouge2" -> Rouge.ROUGE_2;
      case "rougeL" -> Rouge.ROUGE_L;
      case "rougeLsum" -> Rouge.ROUGE_LSUM;
      default -> throw new AssertionError(expected.path("metric"));
    };
    RougeScore score = rouge.score(reference, prediction, expected.path("stemmer").asBoolean(false));
    // ROUGE-1.5.5 prints 5 places, and computes F from rounded values: half a unit each from precision, recall and itself
    assertThat(score.precision()).as("%s", expected).isCloseTo(expected.path("precision").asDouble(), within(5.1e-6));
    assertThat(score.recall()).as("%s", expected).isCloseTo(expected.path("recall").asDouble(), within(5.1e-6));
    assertThat(score.fMeasure()).as("%s", expected).isCloseTo(expected.path("fmeasure").asDouble(), within(1.5e-5));
  }

  @Test
  void aTextWithoutTokensScoresZero() {
    for (Rouge rouge : Rouge.values()) {
      assertThat(rouge.score("one two", "?!", false)).isEqualTo(new RougeScore(0, 0, 0));
      assertThat(rouge.score("", "", false)).isEqualTo(new RougeScore(0, 0, 0));
    }
    assertThat(Rouge.ROUGE_2.score("one", "one", false)).isEqualTo(new RougeScore(0, 0, 0));
  }

  @Test
  void orderMattersForSubsequencesOnly() {
    assertThat(Rouge.ROUGE_1.score("a b c", "c b a", false).fMeasure()).isEqualTo(1);
    assertThat(Rouge.ROUGE_L.score("a b c", "c b a", false).fMeasure()).isCloseTo(1 / 3.0, within(1e-15));
  }

  @Test
  void sentencesInAnotherOrderCostNothingInLsum() {
    assertThat(Rouge.ROUGE_LSUM.score("a b\nc d", "c d\na b", false).fMeasure()).isEqualTo(1);
    assertThat(Rouge.ROUGE_L.score("a b\nc d", "c d\na b", false).fMeasure()).isEqualTo(0.5);
  }

  @Test
  void noTokenCountsTwiceInLsum() {
    // both predicted sentences hold the one "a" of the reference
    assertThat(Rouge.ROUGE_LSUM.score("a b", "a\na", false)).isEqualTo(new RougeScore(0.5, 0.5, 0.5));
  }

  @Test
  void stemmingJoinsFormsOfAWord() {
    assertThat(Rouge.ROUGE_1.score("testing cats", "tested cat", false).fMeasure()).isZero();
    assertThat(Rouge.ROUGE_1.score("testing cats", "tested cat", true).fMeasure()).isEqualTo(1);
    // three characters and less stay: "is" and "i" differ
    assertThat(Rouge.ROUGE_1.score("is", "i", true).fMeasure()).isZero();
  }

  @Test
  void theBestReferenceCounts() {
    CorpusScore score = Rouge.ROUGE_1.corpus(List.of(List.of("x y", "a b"), List.of("c")), List.of("a b", "d"), false);
    assertThat(score.value()).isEqualTo(0.5);
    assertThatThrownBy(() -> Rouge.ROUGE_1.best(List.of(), "a", false)).hasMessageContaining("no references");
    assertThatThrownBy(() -> Rouge.ROUGE_1.corpus(List.of(), List.of("a"), false)).hasMessageContaining("1 predictions");
  }
}
