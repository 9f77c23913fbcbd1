package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Decoding makes no garbage once its loops are compiled. Measured in a fresh JVM: what other tests have done with the same kernels
 * decides how far the JIT inlines them.
 */
class DecodeGarbageTest {

  /** Of a product: a shape of two dimensions that its check compares with (48 bytes), and the task that threads share (up to 64). */
  private static final int BYTES_PER_PRODUCT = 112;

  /** Seven projections in each of two layers, and the head. */
  private static final int PRODUCTS = 2 * 7 + 1;

  @ParameterizedTest(name = "student {0}, keys and values in {1}")
  @CsvSource({"true, F32", "false, INT8"})
  void decodingAllocatesNothingBesideTheChecksOfItsProducts(boolean student, KeyValueFormat format)
      throws IOException, InterruptedException {
    int allowed = BYTES_PER_PRODUCT * PRODUCTS;
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xshare:auto", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
        System.getProperty("java.class.path"), DecodeGarbage.class.getName(), Boolean.toString(student), format.name(),
        Integer.toString(allowed)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor()).isZero();
    assertThat(Integer.parseInt(lines.getLast())).isBetween(0, allowed);
  }
}
