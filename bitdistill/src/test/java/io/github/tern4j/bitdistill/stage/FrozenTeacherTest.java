package io.github.tern4j.bitdistill.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.bitdistill.model.FrozenModel;
import io.github.tern4j.bitdistill.model.FrozenWeights;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.CheckpointContents;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A teacher whose matrices are BF16 in native memory teaches the same as one with their values in F32. */
class FrozenTeacherTest {

  private static final long SEED = 158;

  @TempDir private Path folder;

  private Path teacher(Backend backend, SafetensorsType type) {
    TrainableModel model = SmallStage.FULL_PRECISION_FINETUNING.model(backend, SEED + 1);
    Path directory = folder.resolve(type.name());
    Checkpoint.save(directory, CheckpointContents.of(model.config().toJson(), ModelFolder.weights(model.network().parameters()))
        .withWeightType(type));
    return directory;
  }

  private record Outcome(Map<String, Integer> weights, History history) {}

  private static Outcome distil(Path teacher, Backend backend, Optional<FrozenWeights> weights) {
    TrainableModel student = SmallStage.DISTILLATION.model(backend, SEED);
    try (FrozenModel frozen = FrozenModel.open(teacher, backend, weights)) {
      History history = SmallStage.distil(frozen.model(), student, SEED);
      Map<String, Integer> hashes = new LinkedHashMap<>();
      for (Parameter parameter : student.network().parameters().all()) {
        hashes.put(parameter.name(), Arrays.hashCode(parameter.value().array()));
      }
      return new Outcome(hashes, history);
    }
  }

  private static Map<DType, Long> matrices(TrainableModel model) {
    return model.network().parameters().all().stream().filter(parameter -> parameter.shape().rank() == 2)
        .collect(Collectors.groupingBy(parameter -> parameter.value().dtype(), Collectors.counting()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void matricesInTheFileTeachWithTheSameBits(String name) {
    try (Backend backend = Backends.open(name, 2)) {
      Path teacher = teacher(backend, SafetensorsType.BF16);
      Outcome widened = distil(teacher, backend, Optional.of(FrozenWeights.F32));
      for (Optional<FrozenWeights> stored : Arrays.asList(Optional.<FrozenWeights>empty(), Optional.of(FrozenWeights.BF16))) {
        Outcome outcome = distil(teacher, backend, stored);
        assertThat(outcome.weights).isEqualTo(widened.weights);
        assertThat(outcome.history.curves()).isEqualTo(widened.history.curves()).containsKeys("ce", "ld", "ad");
      }
    }
  }

  @Test
  void roundingInMemoryTeachesLikeARoundedFile() {
    try (Backend backend = Backends.open("vector", 1)) {
      Outcome rounded = distil(teacher(backend, SafetensorsType.F32), backend, Optional.of(FrozenWeights.BF16));
      Outcome exact = distil(folder.resolve("F32"), backend, Optional.empty());
      try (FrozenModel frozen = FrozenModel.open(folder.resolve("F32"), backend, Optional.empty())) {
        assertThat(matrices(frozen.model())).containsOnlyKeys(DType.F32);
      }
      assertThat(rounded.weights).isNotEqualTo(exact.weights);
      // The weights of norms, which a BF16 file rounds too, are 1 here.
      assertThat(distil(teacher(backend, SafetensorsType.BF16), backend, Optional.empty()).weights).isEqualTo(rounded.weights);
    }
  }

  @Test
  void matricesStayOutsideTheHeap() {
    try (Backend backend = Backends.open("vector", 1)) {
      try (FrozenModel frozen = FrozenModel.open(teacher(backend, SafetensorsType.BF16), backend, Optional.empty())) {
        assertThat(matrices(frozen.model())).containsOnlyKeys(DType.BF16);
        assertThat(frozen.model().network().parameters().all()).noneMatch(Parameter::requiresGradient);
      }
      try (FrozenModel frozen = FrozenModel.open(folder.resolve("BF16"), backend, Optional.of(FrozenWeights.F32))) {
        assertThat(matrices(frozen.model())).containsOnlyKeys(DType.F32);
      }
    }
  }

  @Test
  void aTernaryModelIsHeldInF32() {
    try (Backend backend = Backends.open("vector", 1)) {
      TrainableModel student = SmallStage.TERNARY_FINETUNING.model(backend, SEED);
      Path directory = folder.resolve("student");
      Checkpoint.save(directory, CheckpointContents.of(student.config().toJson(),
          ModelFolder.weights(student.network().parameters())).withWeightType(SafetensorsType.BF16));
      try (FrozenModel frozen = FrozenModel.open(directory, backend, Optional.empty())) {
        assertThat(matrices(frozen.model())).containsOnlyKeys(DType.F32);
      }
      assertThatThrownBy(() -> FrozenModel.open(directory, backend, Optional.of(FrozenWeights.BF16)))
          .isInstanceOf(BadInputException.class)
          .hasMessage(directory + ": a model with ternary projections, whose weights are F32; expected a full-precision model for "
              + "weights in BF16");
    }
  }
}
