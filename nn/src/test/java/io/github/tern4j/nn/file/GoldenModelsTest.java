package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.SharedData;
import io.github.tern4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that the Python implementation wrote. */
class GoldenModelsTest {

  private Path golden;

  @BeforeEach
  void findGoldenData() {
    golden = SharedData.folder("golden");
  }

  @Test
  void everyFileIsAccepted() throws IOException {
    List<Path> files;
    try (Stream<Path> paths = Files.walk(golden)) {
      files = paths.filter(path -> path.toString().endsWith(".safetensors")).toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
        assertThat(tensors.names()).as(file.toString()).isNotEmpty();
      }
    }
  }

  @Test
  void shardsReadThroughTheirIndex() {
    try (Checkpoint model = Checkpoint.open(golden.resolve("qwen3_untied_sharded/hf"))) {
      assertThat(model.model().names()).hasSize(14);
      assertThat(model.model().shape("lm_head.weight")).isEqualTo(Shape.of(53, 32));
      QwenConfig config = QwenConfig.fromJson(model.config());
      assertThat(config.tieWordEmbeddings()).isFalse();
      assertThat(config.ropeTheta()).isEqualTo(10_000);
      assertThat(config.subLn()).isEqualTo(SubLn.NONE);
    }
  }

  @Test
  void bf16WeightsAreTheRoundedF32Weights(@TempDir Path directory) {
    try (ModelFiles exact = ModelFiles.open(golden.resolve("qwen3_tiny/hf"));
        ModelFiles rounded = ModelFiles.open(golden.resolve("qwen3_tiny/hf_bf16"))) {
      SafetensorsWriter writer = new SafetensorsWriter();
      exact.names().forEach(name -> writer.add(name, exact.tensor(name), SafetensorsType.BF16));
      writer.write(directory.resolve("model.safetensors"));
      try (ModelFiles ours = ModelFiles.open(directory)) {
        assertThat(ours.names()).containsExactlyElementsOf(rounded.names());
        for (String name : rounded.names()) {
          assertThat(rounded.type(name)).isEqualTo(SafetensorsType.BF16);
          assertThat(ours.bytes(name).mismatch(rounded.bytes(name))).as(name).isEqualTo(-1);
          assertThat(ours.floats(name).array()).as(name).isEqualTo(rounded.tensor(name).toFloats());
        }
      }
    }
  }

  @Test
  void studentConfigsSayPaper() {
    QwenConfig config = QwenConfig.fromJson(golden.resolve("qwen3_tiny_subln_bit/hf"));
    assertThat(config.subLn()).isEqualTo(SubLn.PAPER);
    assertThat(config.bitDistill().orElseThrow().bitLinear()).isTrue();
    assertThat(config.bitDistill().orElseThrow().weightEps()).isEqualTo(1e-5f);
  }
}
