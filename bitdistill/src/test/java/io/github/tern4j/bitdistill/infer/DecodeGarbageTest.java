package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Decoding makes no garbage once its loops are compiled, on no thread. Measured in fresh JVMs: what other tests have done with
 * the same kernels decides how far the JIT inlines them. In each, several models decode one after the other, so that it has to do
 * without knowing which of them comes.
 */
class DecodeGarbageTest {

  /**
   * What the JIT inlines depends on which of its threads is ready first: one JVM of 17 went on putting vectors on the heap.
   * Garbage of our own is there in each.
   */
  private static final int MOST_JVMS = 3;

  static Stream<Arguments> decoders() {
    return Stream.of(
        Arguments.of("students", List.of(
            "TERNARY 0 BF16 F32 all 2 LOGITS",
            "TERNARY 0 INT8 INT8 windowed 2 LOGITS",
            "TERNARY 128 TERNARY INT8 windowed 2 LOGITS",
            "TERNARY 0 F16 BF16 all 1 LOGITS")),
        Arguments.of("floats", List.of(
            "BF16 0 BF16 BF16 all 2 LOGITS",
            "F16 0 F16 F32 windowed 1 LOGITS",
            "F32 0 F32 INT8 all 2 LOGITS")),
        Arguments.of("heads of integers", List.of(
            "TERNARY 0 PLANES F32 all 2 LIKELIEST",
            "TERNARY 0 INT8 F32 all 2 LOGITS",
            "TERNARY 0 INT4 F32 all 2 LOGITS",
            "TERNARY 0 PLANES F32 all 1 LOGITS")),
        Arguments.of("generated text", List.of(
            "BF16 0 PLANES F32 all 2 GREEDY",
            "BF16 0 BF16 F32 all 2 SAMPLED")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decoders")
  void decodingAllocatesNothing(String name, List<String> decoders) throws IOException, InterruptedException {
    List<String> nothing = Collections.nCopies(decoders.size(), "0");
    List<String> bytes = List.of();
    for (int jvm = 0; jvm < MOST_JVMS && !bytes.equals(nothing); jvm++) {
      bytes = bytes(decoders);
    }
    assertThat(bytes).as(decoders.toString()).isEqualTo(nothing);
  }

  /** What a fresh JVM allocates for each decoder. */
  private static List<String> bytes(List<String> decoders) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xshare:auto", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
        System.getProperty("java.class.path"), DecodeGarbage.class.getName()));
    command.addAll(decoders);
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor()).isZero();
    return lines;
  }
}
