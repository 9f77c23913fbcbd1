package io.github.tern4j.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PaddedBatchesProperties {

  @Property(tries = 200)
  void eachEpochHasEveryExampleOnce(
      @ForAll @IntRange(min = 1, max = 150) int n, @ForAll @IntRange(min = 1, max = 20) int batch, @ForAll long seed) {
    var batches = new PaddedBatches(examples(n, seed), batch, 1000, 0, Rng.of(seed));
    List<Integer> all = IntStream.range(0, n).boxed().toList();
    for (int epoch = 0; epoch < 3; epoch++) {
      var seen = new ArrayList<Integer>();
      int smallBatches = 0;
      for (int i = 0; i < batches.batchesPerEpoch(); i++) {
        PaddedBatch one = batches.at((long) epoch * batches.batchesPerEpoch() + i);
        smallBatches += one.batch() < batch ? 1 : 0;
        IntStream.of(one.targets()).filter(target -> target != PaddedBatch.IGNORED).forEach(seen::add);
      }
      assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
      assertThat(smallBatches).isEqualTo(n % batch == 0 ? 0 : 1);
    }
  }

  @Property(tries = 100)
  void aStepNeedsNoneBeforeIt(@ForAll long seed, @ForAll @IntRange(max = 1000) int step) {
    List<EncodedExample> examples = examples(37, seed);
    var walked = new PaddedBatches(examples, 4, 1000, 0, Rng.of(seed));
    walked.at(step / 2);
    PaddedBatch fresh = new PaddedBatches(examples, 4, 1000, 0, Rng.of(seed)).at(step);
    assertThat(walked.at(step).ids()).isEqualTo(fresh.ids());
    assertThat(walked.at(step).targets()).isEqualTo(fresh.targets());
  }

  /** Example i has the label i and a prompt of random length. */
  private static List<EncodedExample> examples(int n, long seed) {
    Rng lengths = Rng.of(seed).at("lengths");
    return IntStream.range(0, n)
        .mapToObj(i -> new EncodedExample(new int[1 + lengths.below(i, 30)], new int[] {i}))
        .toList();
  }
}
