package io.github.tern4j.bitdistill.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.bitdistill.infer.StudentExport;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.CheckpointContents;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInspectionTest {

  /** Projections of a layer: q 32x24, k and v 16x24, o 24x32, gate, up and down 24x40. */
  private static final long LAYER = 2 * 32 * 24 + 2 * 16 * 24 + 3 * 24 * 40;

  private final Backend backend = Backends.open("reference", 1);

  @TempDir
  private Path folder;

  private Path student() {
    QwenConfig config = QwenConfig.of(20, 24, 40, 2, 4, 2, 8, true, 0.02).withBitDistill(BitDistillConfig.paper(SubLn.PAPER));
    TrainableModel model = TrainableModel.build(config, ParameterSource.fresh(backend, Rng.of(1)), backend);
    Path directory = folder.resolve("student");
    Checkpoint.save(directory, CheckpointContents.of(config.toJson(), ModelFolder.weights(model.network().parameters())));
    return directory;
  }

  @Test
  void aDirectoryShowsHowItsLatentWeightsWouldBeQuantized() {
    ModelInspection inspection = ModelInspection.of(student(), 2, 8, backend);
    assertThat(inspection.format()).isEqualTo("model directory");
    assertThat(inspection.projectionParameters()).isEqualTo(2 * LAYER);
    assertThat(inspection.blockWeightBytes()).isEqualTo(4 * 2 * LAYER);
    assertThat(inspection.bytes()).isEqualTo(4 * inspection.parameters());
    // |w| < mean|w| / 2 holds for 31 % of a normal distribution; 4,000 draws deviate by less than 5 points.
    TernaryShares codes = inspection.codes().orElseThrow();
    assertThat(codes.total()).isEqualTo(2 * LAYER);
    assertThat((double) codes.zero() / codes.total()).isBetween(0.26, 0.36);
    assertThat(inspection.histogram().orElseThrow().counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(2 * LAYER);
    assertThat(inspection.memory().orElseThrow().parameters()).isEqualTo(inspection.parameters());
  }

  @Test
  void aConfigurationAloneHasTheMemoryPlanOfItsModel() {
    Path directory = student();
    ModelInspection inspection = ModelInspection.of(directory.resolve("config.json"), 2, 8, backend);
    assertThat(inspection.format()).isEqualTo("configuration");
    assertThat(inspection.tensors()).isEmpty();
    assertThat(inspection.memory()).isEqualTo(ModelInspection.of(directory, 2, 8, backend).memory());
  }

  @Test
  void aDirectoryWithNothingButAConfigurationHasThePlanToo() throws IOException {
    Path directory = student();
    Path alone = Files.createDirectory(folder.resolve("alone"));
    Files.copy(directory.resolve("config.json"), alone.resolve("config.json"));
    ModelInspection inspection = ModelInspection.of(alone, 2, 8, backend);
    assertThat(inspection.format()).isEqualTo("configuration");
    assertThat(inspection.memory()).isEqualTo(ModelInspection.of(directory, 2, 8, backend).memory());
  }

  @Test
  void aDirectoryThatLacksAPartOfAModelIsRefused() throws IOException {
    Path directory = student();
    Files.move(directory.resolve(ModelFiles.SINGLE), directory.resolve("model-00001-of-00002.safetensors"));
    assertThatThrownBy(() -> ModelInspection.of(directory, 2, 8, backend)).isInstanceOf(BadInputException.class)
        .hasMessage(directory + ": no model weights; expected model.safetensors or model.safetensors.index.json");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> ModelInspection.of(empty, 2, 8, backend)).isInstanceOf(BadInputException.class)
        .hasMessage(empty.resolve("config.json") + ": cannot be read: no such file or directory");
  }

  @Test
  void aTernaryFileHasTheCodesOfItsDirectory() {
    Path directory = student();
    Path file = folder.resolve("student.ternary");
    StudentExport.write(directory, file, TableFormat.BF16, backend);
    ModelInspection packed = ModelInspection.of(file, 2, 8, backend);
    ModelInspection latent = ModelInspection.of(directory, 2, 8, backend);
    assertThat(packed.format()).isEqualTo("ternary");
    assertThat(packed.parameters()).isEqualTo(latent.parameters());
    assertThat(packed.codes()).isEqualTo(latent.codes());
    assertThat(packed.memory()).isEqualTo(latent.memory());
    assertThat(packed.histogram()).isEmpty();
    // All widths are multiples of four, so that no byte is padded; fourteen scales.
    assertThat(packed.blockWeightBytes()).isEqualTo(2 * LAYER / 4 + 14 * 4);
  }

  @Test
  void anotherSafetensorsFileShowsItsTensors() {
    ModelInspection inspection = ModelInspection.of(student().resolve(ModelFiles.SINGLE), 2, 8, backend);
    assertThat(inspection.format()).isEqualTo("safetensors");
    assertThat(inspection.codes()).isEmpty();
    assertThat(inspection.tensors()).extracting(TensorInspection::name).contains("model.layers.1.mlp.down_proj.weight");
    assertThat(inspection.bytes()).isEqualTo(4 * inspection.parameters());
  }
}
