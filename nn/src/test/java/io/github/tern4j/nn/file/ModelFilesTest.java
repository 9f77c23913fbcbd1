package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {

  @TempDir
  Path directory;

  private Path index;

  @BeforeEach
  void writeShards() {
    new SafetensorsWriter().add("a", Tensor.of(new float[] {1}, 1)).add("b", Tensor.of(new float[] {2}, 1))
        .writeModel(directory, 4);
    index = directory.resolve(ModelFiles.INDEX);
  }

  @Test
  void readsShardsByDirectoryAndByIndex() {
    for (Path path : new Path[] {directory, index}) {
      try (ModelFiles model = ModelFiles.open(path)) {
        assertThat(model.names()).containsExactly("a", "b");
        assertThat(model.floats("a").array()).containsExactly(1);
        assertThat(model.tensor("b").get(0)).isEqualTo(2);
        assertThat(model.metadata()).containsEntry("format", "pt");
        assertThatThrownBy(() -> model.floats("c")).isInstanceOf(BadInputException.class)
            .hasMessage(index + ": tensor 'c' is missing; expected one of [a, b]");
      }
    }
  }

  @Test
  void theSingleFileComesFirst() {
    new SafetensorsWriter().add("c", Tensor.zeros(1)).write(directory.resolve(ModelFiles.SINGLE));
    try (ModelFiles model = ModelFiles.open(directory)) {
      assertThat(model.names()).containsExactly("c");
    }
  }

  @Test
  void allMissingShardsAreReportedTogether() throws IOException {
    Files.delete(directory.resolve("model-00001-of-00002.safetensors"));
    Files.delete(directory.resolve("model-00002-of-00002.safetensors"));
    requireRefused("missing shards model-00001-of-00002.safetensors, "
        + "model-00002-of-00002.safetensors; expected them beside the index");
  }

  @Test
  void aTensorInAnotherShardOrNowhereOrUnlistedIsReported() throws IOException {
    writeIndex("""
        {"weight_map":{"a":"model-00002-of-00002.safetensors","x":"model-00001-of-00002.safetensors"}}""");
    requireRefused("'a' is in model-00001-of-00002.safetensors, not in model-00002-of-00002.safetensors; "
        + "'x' is not in model-00001-of-00002.safetensors; 'b' of model-00002-of-00002.safetensors is not listed; "
        + "expected the tensors of every shard as listed");
  }

  @Test
  void aTensorInTwoShardsIsRefused() {
    Path second = directory.resolve("model-00002-of-00002.safetensors");
    new SafetensorsWriter().add("a", Tensor.zeros(1)).add("b", Tensor.zeros(1)).write(second);
    assertThatThrownBy(() -> ModelFiles.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessage(second + ": tensor 'a' is in model-00001-of-00002.safetensors too; expected every tensor in one shard");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a.safetensors", "/etc/a.safetensors", "..", "a.bin", "", "x\\\\..\\\\a.safetensors",
      "\\u0000.safetensors"})
  void anIndexCannotLeadOutOfItsDirectory(String shard) throws IOException {
    writeIndex("{\"weight_map\":{\"a\":\"" + shard + "\"}}");
    assertThatThrownBy(() -> ModelFiles.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(index + ": weight_map: a is ")
            .hasMessageEndingWith("expected the name of a safetensors file beside the index");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"weight_map\":[]}", "{}", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\":{}}x",
      "{\"weight_map\":{\"a\":\"m.safetensors\",\"a\":\"m.safetensors\"}}"})
  void anIndexThatIsNoneIsOneLine(String json) throws IOException {
    writeIndex(json);
    assertThatThrownBy(() -> ModelFiles.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(index + ": ").satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n"));
  }

  @Test
  void aDirectoryWithoutWeightsSaysWhatIsLooked() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThatThrownBy(() -> ModelFiles.open(empty)).isInstanceOf(BadInputException.class)
        .hasMessage(empty + ": no model weights; expected model.safetensors or model.safetensors.index.json");
  }

  private void requireRefused(String message) {
    assertThatThrownBy(() -> ModelFiles.open(directory)).isInstanceOf(BadInputException.class).hasMessage(index + ": " + message);
  }

  private void writeIndex(String json) throws IOException {
    Files.writeString(index, json);
  }
}
