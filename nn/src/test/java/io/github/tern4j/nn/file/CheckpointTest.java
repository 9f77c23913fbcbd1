package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class CheckpointTest {

  private static final Map<String, Shape> SHAPES = shapes();

  @TempDir
  Path parent;

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("model.norm.weight", Shape.of(3));
    shapes.put("model.embed_tokens.weight", Shape.of(2, 3));
    return shapes;
  }

  @Test
  void modelTokenizerAndTrainingStateReadBack() throws IOException {
    Path tokenizer = Files.writeString(parent.resolve("tokenizer.json"), "{\"version\":\"1.0\"}");
    Path directory = parent.resolve("run/checkpoint");
    Checkpoint.save(directory, contents(0.5f).withFiles(List.of(tokenizer)).withTraining(state(41)));
    Checkpoint.save(directory, contents(1.5f).withFiles(List.of(directory.resolve("tokenizer.json"))).withTraining(state(42)));
    assertThat(names(directory)).containsExactly("config.json", "model.safetensors", "tokenizer.json", "training_state.json",
        "training_state.safetensors");
    assertThat(directory.resolve("tokenizer.json")).hasContent("{\"version\":\"1.0\"}");
    assertThat(names(directory.getParent())).containsExactly("checkpoint");
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.config().integer("hidden_size")).isEqualTo(3);
      assertThat(checkpoint.config().text("torch_dtype")).isEqualTo("float32");
      checkpoint.requireWeights(SHAPES);
      assertThat(checkpoint.model().floats("model.norm.weight").array()).containsExactly(1.5f, 2.5f, 3.5f);
      try (StoredTraining training = checkpoint.training(SHAPES).orElseThrow(); Backend backend = Backends.open("reference", 1)) {
        assertThat(training.step()).isEqualTo(42);
        assertThat(training.seed()).isEqualTo(Long.MIN_VALUE);
        assertThat(training.tokensSeen()).isEqualTo(5_000_000_000L);
        Tensor first = backend.allocate(Shape.of(3));
        Tensor second = backend.allocate(Shape.of(3));
        training.copyMoments("model.norm.weight", first, second, new PiecewiseCopy(backend));
        assertThat(first.array()).containsExactly(10, 11, 12);
        assertThat(second.array()).containsExactly(20, 21, 22);
        assertThat(training.loop().get("history").size()).isEqualTo(2);
      }
    }
  }

  @Test
  void aModelAloneHasNoTrainingStateAndMayBeNarrowAndSharded() throws IOException {
    Path directory = parent.resolve("model");
    Checkpoint.save(directory, contents(1 / 3f).withWeightType(SafetensorsType.BF16).withMaxShardBytes(8));
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.config().text("torch_dtype")).isEqualTo("bfloat16");
      assertThat(checkpoint.model().type("model.norm.weight")).isEqualTo(SafetensorsType.BF16);
      assertThat(checkpoint.model().floats("model.norm.weight").get(0)).isEqualTo(0.333984375f);
      assertThat(checkpoint.training(SHAPES)).isEmpty();
    }
    assertThat(names(directory)).contains("model-00002-of-00002.safetensors", "model.safetensors.index.json");
    Checkpoint.save(directory, contents(1));
    assertThat(names(directory)).containsExactly("config.json", "model.safetensors");
  }

  @Test
  void everythingThatDoesNotFitIsReportedTogether() {
    Path directory = parent.resolve("model");
    Checkpoint.save(directory, contents(1).withTraining(state(1)));
    Map<String, Shape> expected = Map.of("model.norm.weight", Shape.of(4), "lm_head.weight", Shape.of(2, 3));
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThatThrownBy(() -> checkpoint.requireWeights(expected)).isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(directory.resolve("model.safetensors") + ": tensors do not fit the model: ")
          .hasMessageContaining("missing lm_head.weight [2, 3]")
          .hasMessageContaining("model.norm.weight has shape [3], expected [4]")
          .hasMessageContaining("unexpected model.embed_tokens.weight [2, 3]");
      assertThatThrownBy(() -> checkpoint.training(expected)).isInstanceOf(BadInputException.class)
          .hasMessageContaining("missing first_moment.lm_head.weight [2, 3]")
          .hasMessageContaining("second_moment.model.norm.weight has shape [3], expected [4]")
          .hasMessageContaining("unexpected second_moment.model.embed_tokens.weight [2, 3]");
    }
  }

  @Test
  void aDirectoryWithOtherFilesIsNotReplaced() throws IOException {
    Files.writeString(parent.resolve("thesis.tex"), "years of work");
    assertThatThrownBy(() -> Checkpoint.save(parent, contents(1))).isInstanceOf(BadInputException.class)
        .hasMessage(parent + ": holds 'thesis.tex', which would be deleted; "
            + "expected an empty or new directory, or an older checkpoint");
    Path file = parent.resolve("thesis.tex");
    assertThatThrownBy(() -> Checkpoint.save(file, contents(1))).isInstanceOf(BadInputException.class)
        .hasMessage(file + ": is a file; expected a directory for a checkpoint, or nothing yet");
    assertThat(file).hasContent("years of work");
  }

  @Test
  void aFailedSaveLeavesTheOlderCheckpoint() throws IOException {
    Path directory = parent.resolve("model");
    Checkpoint.save(directory, contents(1));
    Path absent = parent.resolve("absent/tokenizer.json");
    assertThatThrownBy(() -> Checkpoint.save(directory, contents(2).withFiles(List.of(absent))))
        .isInstanceOf(BadInputException.class)
        .hasMessage(absent + ": no such file; expected a file to copy into the checkpoint");
    assertThat(names(parent)).containsExactly("model");
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.model().floats("model.norm.weight").get(0)).isEqualTo(1);
    }
  }

  @Test
  void openingPutsBackWhatAKilledRunHadMovedAside() throws IOException {
    Path directory = parent.resolve("model");
    Checkpoint.save(directory, contents(1));
    Files.move(directory, parent.resolve("model.old-99999999999"));
    Files.createDirectory(parent.resolve("model.tmp-99999999999"));
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(checkpoint.model().names()).hasSize(2);
    }
    assertThat(names(parent)).containsExactly("model");
  }

  @Test
  void missingPiecesAreOneLine() throws IOException {
    Path directory = parent.resolve("model");
    assertThatThrownBy(() -> Checkpoint.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessage(directory + ": no such directory; expected a model with config.json");
    Files.createDirectory(directory);
    assertThatThrownBy(() -> Checkpoint.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessage(directory.resolve("config.json") + ": cannot be read: no such file or directory");
    Checkpoint.save(directory, contents(1).withTraining(state(1)));
    Path state = directory.resolve("training_state.json");
    Files.writeString(state, "{\"step\":\"many\",\"seed\":1,\"tokens_seen\":1,\"loop\":{}}");
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThatThrownBy(() -> checkpoint.training(SHAPES)).isInstanceOf(BadInputException.class)
          .hasMessage(state + ": step is \"many\"; expected a whole number");
    }
  }

  private static CheckpointContents contents(float first) {
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("hidden_size", 3);
    return CheckpointContents.of(config, tensors(first));
  }

  private static TrainingState state(long step) {
    ObjectNode loop = JsonNodeFactory.instance.objectNode();
    loop.putArray("history").add(4.5).add(3.25);
    return new TrainingState(step, Long.MIN_VALUE, 5_000_000_000L, tensors(10), tensors(20), loop);
  }

  private static Map<String, Tensor> tensors(float first) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    SHAPES.forEach((name, shape) -> {
      Tensor tensor = Tensor.zeros(shape);
      for (int i = 0; i < shape.intSize(); i++) {
        tensor.array()[i] = first + i;
      }
      tensors.put(name, tensor);
    });
    return tensors;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
