package io.github.tern4j.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplerTest {

  private static Set<Integer> chosen(Sampling sampling, float... logits) {
    Sampler sampler = new Sampler(sampling, 1);
    Set<Integer> ids = new TreeSet<>();
    for (int position = 0; position < 500; position++) {
      ids.add(sampler.next(logits.clone(), new BitSet(), position));
    }
    return ids;
  }

  /** Logits of these probabilities. */
  private static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = (float) Math.log(probabilities[id]);
    }
    return logits;
  }

  @Test
  void topKKeepsAllTokensAtTheBorder() {
    assertThat(chosen(new Sampling(1, 2, 1, 0, 1), 1, 3, 1, 0, 1)).containsExactly(0, 1, 2, 4);
  }

  @Test
  void topPKeepsTheTokenThatCrossesTheBorder() {
    assertThat(chosen(new Sampling(1, 0, 0.6, 0, 1), logs(0.1, 0.5, 0.3, 0.1))).containsExactly(1, 2);
  }

  @Test
  void topPCountsWhatTopKHasLeft() {
    // Of 0.5 and 0.3 the first has 0.625.
    assertThat(chosen(new Sampling(1, 2, 0.6, 0, 1), logs(0.1, 0.5, 0.3, 0.1))).containsExactly(1);
  }

  @Test
  void minPIsAShareOfTheLargestProbability() {
    assertThat(chosen(new Sampling(1, 0, 1, 0.5, 1), logs(0.19, 0.4, 0.21, 0.2))).containsExactly(1, 2);
  }

  @Test
  void temperatureComesBeforeTheFilters() {
    // At temperature 2 the weights are the roots, and 0.16 : 0.64 becomes 0.4 : 0.8.
    assertThat(chosen(new Sampling(2, 0, 1, 0.45, 1), logs(0.16, 0.64, 0.1))).containsExactly(0, 1);
  }

  @Test
  void tokensOfProbabilityZeroAreNeverChosen() {
    assertThat(chosen(new Sampling(1, 0, 1, 0, 1), Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY)).containsExactly(1);
  }

  @Test
  void logitsWithoutAChoiceAreRefused() {
    Sampler sampler = new Sampler(Sampling.GREEDY, 0);
    assertThatThrownBy(() -> sampler.next(new float[] {0, Float.NaN}, new BitSet(), 0))
        .isInstanceOf(IllegalArgumentException.class).hasMessage("sample: largest logit is NaN; expected a number above -infinity");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new Sampling(-1, 0, 1, 0, 1))
        .isInstanceOf(BadInputException.class).hasMessage("sampling: temperature -1.0; expected a number from 0");
    assertThatThrownBy(() -> new Sampling(1, -1, 1, 0, 1)).hasMessageContaining("top-k -1");
    assertThatThrownBy(() -> new Sampling(1, 0, 0, 0, 1)).hasMessageContaining("top-p 0.0");
    assertThatThrownBy(() -> new Sampling(1, 0, 1, Double.NaN, 1)).hasMessageContaining("min-p NaN");
    assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 0)).hasMessageContaining("repetition penalty 0.0");
  }
}
