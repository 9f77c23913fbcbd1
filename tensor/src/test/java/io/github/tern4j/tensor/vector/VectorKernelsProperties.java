package io.github.tern4j.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import io.github.tern4j.tensor.vector.KernelOutputs.Sizes;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** For any shape the same bits on any number of threads, at any vector width and, where contracts promise it, as the reference. */
class VectorKernelsProperties {

  /** Sizes on both sides of what is cut into chunks. */
  @Provide
  Arbitrary<Sizes> sizes() {
    return Combinators.combine(between(1, 40_000), between(1, 150), between(1, 300), between(1, 120), between(1, 90),
        between(1, 300), between(1, 40), between(1, 20).map(half -> 2 * half)).as(Sizes::new);
  }

  private static Map<String, Integer> outputs(int threads, Function<KernelTable, Map<String, Integer>> outputs) {
    try (Workers workers = new Workers(threads)) {
      return outputs.apply(VectorKernels.table(workers));
    }
  }

  private static Arbitrary<Integer> between(int smallest, int largest) {
    return Arbitraries.integers().between(smallest, largest);
  }

  @Property(tries = 12)
  void bitsAreThoseOfOneThreadAndOfTheReference(@ForAll("sizes") Sizes sizes, @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 8) int threads) {
    Map<String, Integer> one = outputs(1, table -> KernelOutputs.of(table, sizes, seed));
    assertThat(outputs(threads, table -> KernelOutputs.of(table, sizes, seed))).isEqualTo(one);
    Map<String, Integer> reference = KernelOutputs.of(ReferenceKernels.table(), sizes, seed);
    reference.keySet().removeIf(name -> !KernelOutputs.isExact(name));
    assertThat(one).containsAllEntriesOf(reference);
  }

  /** One Java process for each width that this one has not, so there is one try, of several shapes. */
  @Property(tries = 1, shrinking = ShrinkingMode.OFF)
  void bitsDoNotDependOnTheVectorWidth(@ForAll long seed) throws IOException, InterruptedException {
    Map<String, Integer> here = outputs(1, table -> KernelOutputs.ofLargeAndSmallSizes(table, seed));
    for (int bits : new int[] {128, 256, 512}) {
      if (bits != VectorWidth.BITS) {
        assertThat(KernelOutputs.atWidth(bits, seed)).as("%d bits", bits).isEqualTo(here);
      }
    }
  }
}
