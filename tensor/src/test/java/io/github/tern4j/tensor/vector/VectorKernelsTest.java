package io.github.tern4j.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bits of vector kernels at large sizes, where work is cut into chunks; {@link VectorKernelsProperties} has all others. */
class VectorKernelsTest {

  private static final Map<String, Integer> OUTPUTS = outputs(1);

  private static Map<String, Integer> outputs(int threads) {
    try (Workers workers = new Workers(threads)) {
      return KernelOutputs.of(VectorKernels.table(workers));
    }
  }

  @Test
  void exactKernelsHaveTheBitsOfTheReference() {
    Map<String, Integer> reference = KernelOutputs.of(ReferenceKernels.table());
    reference.keySet().removeIf(name -> !KernelOutputs.isExact(name));
    assertThat(OUTPUTS).containsAllEntriesOf(reference);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void bitsDoNotDependOnTheNumberOfThreads(int threads) {
    assertThat(outputs(threads)).isEqualTo(OUTPUTS);
  }
}
