package io.github.tern4j.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Rng;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class SamplerProperties {

  /** Draws of one distribution in a property: enough that a token of 1 % is missed once in 10^17. */
  private static final int DRAWS = 4_000;

  @Property(tries = 200)
  void greedyTakesTheLargestLogitAndTheLowestIdAtTies(@ForAll long seed, @ForAll @IntRange(min = 1, max = 70) int vocabulary) {
    float[] logits = tiedLogits(seed, vocabulary);
    int chosen = choose(Sampling.GREEDY, logits, new BitSet(), 0);
    for (int id = 0; id < vocabulary; id++) {
      assertThat(logits[id]).isLessThanOrEqualTo(logits[chosen]);
      if (id < chosen) {
        assertThat(logits[id]).isLessThan(logits[chosen]);
      }
    }
  }

  @Property(tries = 200)
  void oneOfTheFilteredTokensIsChosen(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int vocabulary,
      @ForAll @IntRange(min = 0, max = 70) int topK, @ForAll @IntRange(min = 1, max = 20) int twentiethsP,
      @ForAll @IntRange(min = 0, max = 20) int twentiethsMin) {
    Sampling sampling = new Sampling(0.8, topK, twentiethsP / 20.0, twentiethsMin / 20.0, 1);
    float[] logits = randomLogits(seed, vocabulary);
    Set<Integer> allowed = allowed(sampling, logits);
    Sampler sampler = new Sampler(sampling, seed);
    for (int position = 0; position < 50; position++) {
      assertThat(allowed).contains(sampler.next(logits.clone(), new BitSet(), position));
    }
  }

  @Property(tries = 8)
  void tokensComeAsOftenAsTheirProbabilitySays(@ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int vocabulary) {
    float[] logits = randomLogits(seed, vocabulary);
    double temperature = 1.5;
    Sampler sampler = new Sampler(new Sampling(temperature, 0, 1, 0, 1), seed);
    int[] counts = new int[vocabulary];
    for (int position = 0; position < DRAWS; position++) {
      counts[sampler.next(logits.clone(), new BitSet(), position)]++;
    }
    double total = 0;
    for (float logit : logits) {
      total += Math.exp(logit / temperature);
    }
    for (int id = 0; id < vocabulary; id++) {
      double probability = Math.exp(logits[id] / temperature) / total;
      double deviation = Math.sqrt(DRAWS * probability * (1 - probability));
      // Six standard deviations and one draw: below 1e-8 for each of the 48 comparisons.
      assertThat((double) counts[id]).isBetween(DRAWS * probability - 6 * deviation - 1, DRAWS * probability + 6 * deviation + 1);
    }
  }

  @Property(tries = 100)
  void aChoiceDependsOnSeedAndPositionAlone(@ForAll long seed, @ForAll @LongRange(min = 0, max = 100_000) long position) {
    Sampling sampling = new Sampling(1, 0, 1, 0, 1);
    float[] logits = randomLogits(seed, 50);
    Sampler used = new Sampler(sampling, seed);
    used.next(randomLogits(seed + 1, 80), new BitSet(), position + 1);
    assertThat(used.next(logits.clone(), new BitSet(), position)).isEqualTo(choose(sampling, logits, new BitSet(), position, seed));
  }

  @Property(tries = 100)
  void aPenaltyNeverRaisesASeenToken(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int vocabulary) {
    float[] logits = randomLogits(seed, vocabulary);
    BitSet seen = new BitSet();
    seen.set(Math.floorMod(seed, vocabulary));
    float[] penalized = logits.clone();
    new Sampler(new Sampling(0, 0, 1, 0, 1.7), 0).next(penalized, seen, 0);
    for (int id = 0; id < vocabulary; id++) {
      float expected = !seen.get(id) ? logits[id] : logits[id] > 0 ? logits[id] / 1.7f : logits[id] * 1.7f;
      assertThat(penalized[id]).isEqualTo(expected).isLessThanOrEqualTo(logits[id]);
    }
  }

  /** Steps 4 to 6 as Hugging Face writes them: each filter on a softmax of what is left, tokens ascending by probability. */
  private static Set<Integer> allowed(Sampling sampling, float[] logits) {
    Set<Integer> left = new HashSet<>();
    for (int id = 0; id < logits.length; id++) {
      int larger = 0;
      for (float other : logits) {
        larger += other > logits[id] ? 1 : 0;
      }
      if (sampling.topK() == 0 || larger < sampling.topK()) {
        left.add(id);
      }
    }
    Set<Integer> afterTopK = Set.copyOf(left);
    if (sampling.topP() < 1) {
      left.removeIf(id -> {
        double upToIt = 0;
        for (int other : afterTopK) {
          upToIt += logits[other] <= logits[id] ? probability(logits, afterTopK, other, sampling.temperature()) : 0;
        }
        // The sums here and in the sampler round differently: a border nearer than that may fall on either side.
        return upToIt < 1 - sampling.topP() - 1e-12;
      });
    }
    Set<Integer> afterTopP = Set.copyOf(left);
    double largest = afterTopP.stream().mapToDouble(id -> probability(logits, afterTopP, id, sampling.temperature())).max().orElseThrow();
    left.removeIf(id -> probability(logits, afterTopP, id, sampling.temperature()) < sampling.minP() * largest - 1e-12);
    return left;
  }

  private static double probability(float[] logits, Set<Integer> among, int id, double temperature) {
    double total = 0;
    for (int other : among) {
      total += Math.exp(logits[other] / temperature);
    }
    return Math.exp(logits[id] / temperature) / total;
  }

  private static int choose(Sampling sampling, float[] logits, BitSet seen, long position) {
    return choose(sampling, logits, seen, position, 0);
  }

  private static int choose(Sampling sampling, float[] logits, BitSet seen, long position, long seed) {
    return new Sampler(sampling, seed).next(logits.clone(), seen, position);
  }

  private static float[] randomLogits(long seed, int vocabulary) {
    Rng rng = Rng.of(seed);
    float[] logits = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      logits[id] = (float) (2 * rng.normal(id));
    }
    return logits;
  }

  private static float[] tiedLogits(long seed, int vocabulary) {
    Rng rng = Rng.of(seed);
    float[] logits = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      logits[id] = rng.below(id, 4) - 2;
    }
    return logits;
  }
}
