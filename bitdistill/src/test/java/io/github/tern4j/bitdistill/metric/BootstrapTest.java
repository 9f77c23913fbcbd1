package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.tensor.Rng;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {

  private static final Bootstrap BOOTSTRAP = new Bootstrap(2000, Rng.of(7));

  private static double[] normal(int rows, double mean, String stream) {
    Rng rng = Rng.of(11).at(stream);
    double[] values = new double[rows];
    for (int row = 0; row < rows; row++) {
      values[row] = mean + rng.normal(row);
    }
    return values;
  }

  @Test
  void theIntervalOfAMeanIsThatOfTheNormalDistribution() {
    double[] values = normal(400, 3, "values");
    Estimate estimate = BOOTSTRAP.interval(CorpusScore.mean(values));
    double mean = estimate.value();
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double half = Proportion.Z * Math.sqrt(squares) / values.length;
    // A 2.5 % quantile of B samples has the standard error sqrt(0.025 * 0.975 / B) / density = 0.06 standard errors of the mean,
    // 0.03 of half the interval; four of them.
    assertThat(mean - estimate.low()).isCloseTo(half, within(0.12 * half));
    assertThat(estimate.high() - mean).isCloseTo(half, within(0.12 * half));
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherOneDoesNot() {
    CorpusScore score = CorpusScore.mean(normal(50, 0, "values"));
    assertThat(BOOTSTRAP.interval(score)).isEqualTo(new Bootstrap(2000, Rng.of(7)).interval(score));
    assertThat(BOOTSTRAP.interval(score)).isNotEqualTo(new Bootstrap(2000, Rng.of(8)).interval(score));
  }

  @Test
  void aSingleRowIsAPoint() {
    assertThat(BOOTSTRAP.interval(CorpusScore.mean(new double[] {4}))).isEqualTo(new Estimate(4, 4, 4));
  }

  @Test
  void equalMethodsDifferByNothing() {
    CorpusScore score = CorpusScore.mean(normal(50, 0, "values"));
    assertThat(BOOTSTRAP.compare(score, score)).isEqualTo(new PairedDifference(0, 0, 0, 1));
  }

  @Test
  void exchangingTheMethodsTurnsTheSign() {
    CorpusScore a = CorpusScore.mean(normal(50, 0.3, "a"));
    CorpusScore b = CorpusScore.mean(normal(50, 0, "b"));
    PairedDifference forth = BOOTSTRAP.compare(a, b);
    assertThat(BOOTSTRAP.compare(b, a))
        .isEqualTo(new PairedDifference(-forth.difference(), -forth.high(), -forth.low(), forth.pValue()));
  }

  @Test
  void aSmallDifferenceOnEveryRowIsFound() {
    double[] b = normal(100, 0, "values");
    double[] a = b.clone();
    for (int row = 0; row < a.length; row++) {
      a[row] += 0.05 + 0.01 * (row % 3);
    }
    PairedDifference difference = BOOTSTRAP.compare(CorpusScore.mean(a), CorpusScore.mean(b));
    assertThat(difference.low()).isPositive();
    assertThat(difference.pValue()).isEqualTo(1 / 2001.0);
  }

  @Test
  void betterTextsHaveABetterBleu() {
    List<List<String>> references = List.of(List.of("a b c d e"), List.of("f g h i j"), List.of("k l m n o"));
    CorpusScore right = Bleu.ofCorpus().corpus(List.of("a b c d e", "f g h i j", "k l m n o"), references);
    CorpusScore wrong = Bleu.ofCorpus().corpus(List.of("a b x d e", "f g x i j", "k l x n o"), references);
    PairedDifference difference = BOOTSTRAP.compare(right, wrong);
    assertThat(difference.low()).isPositive();
    assertThat(difference.difference()).isCloseTo(100 - wrong.value(), within(1e-9));
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> BOOTSTRAP.compare(CorpusScore.mean(new double[2]), CorpusScore.mean(new double[3])))
        .hasMessageContaining("2 and 3 rows");
    assertThatThrownBy(() -> new Bootstrap(39, Rng.of(1))).hasMessageContaining("39 samples");
  }

  @Test
  void perplexityWeighsDocumentsByTheirTokens() {
    CorpusScore perplexity = Perplexity.of(new double[] {3 * Math.log(2), Math.log(16)}, new long[] {3, 1});
    // exp((3 ln 2 + 4 ln 2) / 4) = 2^(7/4)
    assertThat(perplexity.value()).isCloseTo(Math.pow(2, 1.75), within(1e-14));
    Estimate estimate = BOOTSTRAP.interval(perplexity);
    // the samples hold one document twice or both: 2, 2^(7/4), 16
    assertThat(estimate.low()).isCloseTo(2, within(1e-14));
    assertThat(estimate.high()).isCloseTo(16, within(1e-13));
  }

  @Test
  void perplexityOfGuessingIsTheVocabularySize() {
    assertThat(Perplexity.of(new double[] {10 * Math.log(50), 3 * Math.log(50)}, new long[] {10, 3}).value())
        .isCloseTo(50, within(1e-12));
  }

  @Test
  void documentsWithoutTokensAreRefused() {
    assertThatThrownBy(() -> Perplexity.of(new double[] {1, 0}, new long[] {1, 0})).hasMessageContaining("document 1");
    assertThatThrownBy(() -> Perplexity.of(new double[] {Double.NaN}, new long[] {1})).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Perplexity.of(new double[1], new long[2])).hasMessageContaining("1 losses, 2 token counts");
  }
}
