package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GenerationScoreProperties {

  @Provide
  Arbitrary<String> texts() {
    // few words, so that texts overlap
    return Arbitraries.of("a", "b", "the", "running", "runs", "sentence", ".", "\n", "3.5").list().ofMaxSize(12)
        .map(words -> String.join(" ", words));
  }

  @Provide
  Arbitrary<String> textsWithAWord() {
    return texts().map(text -> "word " + text);
  }

  @Property(tries = 200)
  void rougeLiesBetweenZeroAndOneAndExchangingTheTextsExchangesPrecisionAndRecall(
      @ForAll("texts") String a, @ForAll("texts") String b, @ForAll boolean stemming) {
    for (Rouge rouge : List.of(Rouge.ROUGE_1, Rouge.ROUGE_2, Rouge.ROUGE_L)) {
      RougeScore score = rouge.score(a, b, stemming);
      assertThat(score.fMeasure()).isBetween(0.0, 1.0);
      assertThat(rouge.score(b, a, stemming)).isEqualTo(new RougeScore(score.recall(), score.precision(), score.fMeasure()));
    }
  }

  @Property(tries = 200)
  void rougeOrdersItsVariants(@ForAll("texts") String a, @ForAll("texts") String b) {
    double tokens = Rouge.ROUGE_1.score(a, b, false).recall();
    // both count tokens in common, under more conditions
    assertThat(Rouge.ROUGE_L.score(a, b, false).recall()).isBetween(0.0, tokens);
    assertThat(Rouge.ROUGE_LSUM.score(a, b, false).recall()).isBetween(0.0, tokens);
  }

  @Property(tries = 100)
  void aTextMatchesItself(@ForAll("textsWithAWord") String text, @ForAll boolean stemming) {
    for (Rouge rouge : List.of(Rouge.ROUGE_1, Rouge.ROUGE_L, Rouge.ROUGE_LSUM)) {
      assertThat(rouge.score(text, text, stemming)).isEqualTo(new RougeScore(1, 1, 1));
    }
    assertThat(Bleu.ofSentences().sentence(text, List.of(text))).isEqualTo(100);
  }

  @Property(tries = 200)
  void bleuLiesBetweenZeroAndHundredAndGrowsWithReferencesOfTheSameLength(
      @ForAll("textsWithAWord") String hypothesis, @ForAll("textsWithAWord") String reference) {
    Bleu bleu = new Bleu(BleuTokenizer.NONE, new BleuSmoothing.Floor(0.1), false, true, 4);
    double one = bleu.sentence(hypothesis, List.of(reference));
    assertThat(one).isBetween(0.0, 100.0);
    // a permutation has the same length, so that matches alone can change
    String turned = String.join(" ", List.of(reference.strip().split("\\s+")).reversed());
    assertThat(bleu.sentence(hypothesis, List.of(reference, turned))).isGreaterThanOrEqualTo(one - 1e-9);
    assertThat(bleu.sentence(hypothesis, List.of(reference, reference))).isCloseTo(one, within(0.0));
  }
}
