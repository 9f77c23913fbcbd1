package io.github.tern4j.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bits of vector kernels depend neither on the number of threads nor on the vector width. */
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
    // Attention and relations promise an error bound, which their contracts test.
    reference.keySet().removeIf(name -> name.startsWith("attention") || name.startsWith("relation"));
    assertThat(OUTPUTS).containsAllEntriesOf(reference);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void bitsDoNotDependOnTheNumberOfThreads(int threads) {
    assertThat(outputs(threads)).isEqualTo(OUTPUTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void bitsDoNotDependOnTheVectorWidth(int bits) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "-Xmx512m", "-Dtern4j.vectorBits=" + bits,
        "-cp", System.getProperty("java.class.path"), KernelOutputs.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    Map<String, Integer> outputs = new HashMap<>();
    printed.lines().forEach(line -> outputs.put(line.substring(0, line.indexOf('=')), Integer.valueOf(line.substring(line.indexOf('=') + 1))));
    assertThat(outputs).isEqualTo(OUTPUTS);
  }
}
