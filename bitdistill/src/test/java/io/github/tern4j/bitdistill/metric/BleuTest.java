package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BleuTest {

  private static final BleuSmoothing NO_SMOOTHING = new BleuSmoothing.None();

  private static Bleu words(int maxOrder) {
    return new Bleu(BleuTokenizer.NONE, NO_SMOOTHING, false, false, maxOrder);
  }

  @Test
  void countsAreCutAtThoseOfTheReferenceThatHasMost() {
    // Papineni et al. 2002, example 2: "the" occurs twice in reference 1, so that 2 of 7 count
    double score = words(1).sentence("the the the the the the the",
        List.of("the cat is on the mat", "there is a cat on the mat"));
    assertThat(score).isCloseTo(100 * 2 / 7.0, within(1e-12));
  }

  @Test
  void shortTextsArePunished() {
    // 2 of 2 tokens, 1 of 1 pairs; reference twice as long: exp(1 - 4 / 2)
    assertThat(words(2).sentence("a b", List.of("a b c d"))).isCloseTo(100 * Math.exp(-1), within(1e-12));
  }

  @Test
  void theShorterOfTwoEquallyNearReferencesCounts() {
    assertThat(words(1).sentence("a b c", List.of("a b c d", "a b"))).isEqualTo(100);
  }

  @Test
  void theSameTextScoresHundred() {
    List<String> texts = List.of("The dog bit the man.", "It wasn't surprising, was it?");
    assertThat(Bleu.ofCorpus().corpus(texts, texts.stream().map(List::of).toList()).value()).isEqualTo(100);
    assertThat(Bleu.ofSentences().sentence("yes", List.of("yes"))).isEqualTo(100);
  }

  @Test
  void shortTextsScoreZeroWithoutEffectiveOrder() {
    assertThat(Bleu.ofCorpus().sentence("yes", List.of("yes"))).isZero();
  }

  @Test
  void emptyReferencesAreLeftOutUnlessAllAre() {
    assertThat(words(1).sentence("a", List.of("", "a"))).isEqualTo(100);
    assertThatThrownBy(() -> words(1).sentence("a", List.of("")))
        .isInstanceOf(BadInputException.class).hasMessageContaining("row 0");
  }

  @Test
  void differentNumbersOfRowsAreRefused() {
    assertThatThrownBy(() -> words(1).corpus(List.of("a"), List.of())).hasMessageContaining("1 hypotheses, 0 rows");
    assertThatThrownBy(() -> words(1).corpus(List.of(), List.of())).hasMessageContaining("no rows");
    assertThatThrownBy(() -> words(0)).hasMessageContaining("order 0");
  }

  @Test
  void tokenizersSplitAtTheirOwnPunctuation() {
    String text = "“Pi”—3.14, 1-2 (it's $5\u00a0&amp; up).\n";
    assertThat(BleuTokenizer.V13A.tokens(text)).containsExactly(
        "“Pi”—3.14", ",", "1", "-", "2", "(", "it's", "$", "5", "&", "up", ")", ".");
    // matches do not overlap: the dash after the quotation mark stays, as in NIST's program
    assertThat(BleuTokenizer.INTERNATIONAL.tokens(text)).containsExactly(
        "“", "Pi", "”", "—3.14", ",", "1-2", "(", "it", "'", "s", "$", "5", "&", "amp", ";", "up", ")", ".");
    assertThat(BleuTokenizer.CHARACTERS.tokens("a 𝄞.")).containsExactly("a", "𝄞", ".");
    assertThat(BleuTokenizer.NONE.tokens(" a.  b\u2003c ")).containsExactly("a.", "b", "c");
    assertThat(BleuTokenizer.V13A.tokens("In 1999.")).containsExactly("In", "1999", ".");
    assertThat(BleuTokenizer.INTERNATIONAL.tokens("In 1999.")).containsExactly("In", "1999.");
  }

  @Test
  void corpusScoresAreThoseOfSacrebleu() throws IOException {
    JsonNode scores = ReferenceScores.json("sacrebleu_bleu.json");
    for (String group : List.of("raw_corpus_bleu_01", "raw_effective_order_01")) {
      for (JsonNode expected : scores.path(group)) {
        assertThat(corpus(expected) / 100).as("%s %s", group, expected)
            .isCloseTo(expected.path("score").asDouble(), within(1e-12));
      }
    }
    for (JsonNode expected : scores.path("corpus_bleu")) {
      // rounded to 6 places or more
      assertThat(corpus(expected)).as("%s", expected).isCloseTo(expected.path("score").asDouble(), within(5e-7));
    }
    for (JsonNode expected : scores.path("corpus_bleu_max_order_2dp")) {
      assertThat(corpus(expected)).as("%s", expected)
          .isCloseTo(Double.parseDouble(expected.path("score").asString()), within(5e-3));
    }
  }

  @Test
  void sentenceScoresAreThoseOfSacrebleu() throws IOException {
    JsonNode scores = ReferenceScores.json("sacrebleu_bleu.json");
    for (String group : List.of("sentence_bleu", "sentence_bleu_zero")) {
      for (JsonNode expected : scores.path(group)) {
        double score = bleu(expected).sentence(expected.path("hyp").asString(), ReferenceScores.strings(expected.path("refs")));
        // rounded to 1 to 5 places; sacrebleu's own tests allow the same
        assertThat(score).as("%s %s", group, expected).isCloseTo(expected.path("score").asDouble(), within(1e-2));
      }
    }
  }

  @Test
  void scoresOfCountsAreThoseOfSacrebleu() throws IOException {
    for (JsonNode expected : ReferenceScores.json("sacrebleu_bleu.json").path("from_statistics_01")) {
      double[] sums = new double[10];
      sums[0] = expected.path("sys_len").asDouble();
      sums[1] = expected.path("ref_len").asDouble();
      for (int n = 0; n < 4; n++) {
        sums[2 + n] = expected.path("correct").get(n).asDouble();
        sums[6 + n] = expected.path("total").get(n).asDouble();
      }
      // rounded to 10 places
      assertThat(words(4).score(sums) / 100).isCloseTo(expected.path("score").asDouble(), within(5e-11));
    }
  }

  private static double corpus(JsonNode expected) {
    List<String> hypotheses = ReferenceScores.strings(expected.path("hyp"));
    List<List<String>> references = new ArrayList<>();
    for (int row = 0; row < hypotheses.size(); row++) {
      List<String> ofRow = new ArrayList<>();
      for (JsonNode document : expected.path("refs")) {
        ofRow.add(document.get(row).asString());
      }
      references.add(ofRow);
    }
    return bleu(expected).corpus(hypotheses, references).value();
  }

  private static Bleu bleu(JsonNode expected) {
    BleuTokenizer tokenizer = switch (expected.path("tokenize").asString()) {
      case "13a" -> BleuTokenizer.V13A;
      case "intl" -> BleuTokenizer.INTERNATIONAL;
      case "char" -> BleuTokenizer.CHARACTERS;
      case "none" -> BleuTokenizer.NONE;
      default -> throw new AssertionError(expected.path("tokenize"));
    };
    JsonNode value = expected.path("smooth_value");
    BleuSmoothing smoothing = switch (expected.path("smooth_method").asString("exp")) {
      case "none" -> NO_SMOOTHING;
      case "floor" -> new BleuSmoothing.Floor(value.isNumber() ? value.asDouble() : 0.1);
      case "add-k" -> new BleuSmoothing.AddK(value.isNumber() ? value.asDouble() : 1);
      case "exp" -> new BleuSmoothing.Exponential();
      default -> throw new AssertionError(expected.path("smooth_method"));
    };
    return new Bleu(tokenizer, smoothing, expected.path("lowercase").asBoolean(false),
        expected.path("effective_order").asBoolean(false), expected.path("max_order").asInt(4));
  }
}
