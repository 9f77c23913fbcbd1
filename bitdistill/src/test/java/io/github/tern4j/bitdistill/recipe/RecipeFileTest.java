package io.github.tern4j.bitdistill.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.bitdistill.study.ModelSize;
import io.github.tern4j.bitdistill.model.FrozenWeights;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeFileTest {

  @TempDir private Path folder;

  private static String quickstart() throws IOException {
    try (InputStream in = RecipeFile.class.getResourceAsStream("quickstart.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Recipe read(String yaml) throws IOException {
    return RecipeFile.read(Files.writeString(folder.resolve("recipe.yaml"), yaml));
  }

  @ParameterizedTest
  @ValueSource(strings = {"quickstart", "quickstart-sst2", "quickstart-mnli", "quickstart-qnli"})
  void everyBuiltInRecipeIsRead(String name) {
    Recipe recipe = RecipeFile.builtIn(name);
    assertThat(recipe.name()).isEqualTo(name);
    assertThat(recipe.distill().layer()).isBetween(0, recipe.model().layers() - 1);
  }

  @Test
  void gammaRatioMayBeLeftOut() throws IOException {
    assertThat(read(quickstart()).distill().gammaRatio()).isEmpty();
    assertThat(read(quickstart().replace("gamma: 100", "gamma: 100, gamma_ratio: 0.5")).distill().gammaRatio()).hasValue(0.5);
  }

  @Test
  void theTeachersWeightsMayBeRounded() throws IOException {
    assertThat(read(quickstart()).distill().teacherWeights()).isEmpty();
    Recipe rounded = read(quickstart().replace("gamma: 100", "gamma: 100, teacher_weights: bf16"));
    assertThat(rounded.distill().teacherWeights()).hasValue(FrozenWeights.BF16);
    assertThat(rounded.scaled(0.5).withModel(rounded.model()).distill().teacherWeights()).hasValue(FrozenWeights.BF16);
    String wrong = quickstart().replace("gamma: 100", "gamma: 100, teacher_weights: int8");
    assertThatThrownBy(() -> read(wrong)).isInstanceOf(BadInputException.class).message().doesNotContain("\n")
        .contains("int8", "teacher_weights");
  }

  @Test
  void anUnknownKeyIsNamed() throws IOException {
    String yaml = quickstart().replace("epochs: ", "epoch: ");
    assertThatThrownBy(() -> read(yaml)).isInstanceOf(BadInputException.class).hasMessageContaining("epoch").hasMessageContaining("teacher");
  }

  @Test
  void aMissingKeyIsNamed() throws IOException {
    String yaml = quickstart().replace("task: artificial", "");
    assertThatThrownBy(() -> read(yaml)).isInstanceOf(BadInputException.class).hasMessageContaining("task");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "- 1", "name: [", "just text"})
  void whatIsNoRecipeIsRefusedInOneLine(String yaml) {
    assertThatThrownBy(() -> read(yaml)).isInstanceOf(BadInputException.class).message().doesNotContain("\n").contains("recipe");
  }

  @ParameterizedTest
  @ValueSource(strings = {"layer: 4", "layer: -1", "split_heads: 5", "split_heads: 0"})
  void whatTheModelDoesNotHaveCannotBeDistilled(String wrong) throws IOException {
    String key = wrong.substring(0, wrong.indexOf(':'));
    String yaml = quickstart().replaceFirst(" " + key + ": \\d+", " " + wrong);
    assertThatThrownBy(() -> read(yaml)).isInstanceOf(BadInputException.class).message().doesNotContain("\n")
        .contains("expected a layer of 0..3 and a divisor of 48");
  }

  @Test
  void scalingKeepsAtLeastOneEpoch() {
    Recipe tenth = RecipeFile.builtIn("quickstart-sst2").scaled(0.1);
    assertThat(tenth.teacher().epochs()).isEqualTo(1);
    assertThat(tenth.pretrain().tokens()).isEqualTo(600_000);
  }

  @ParameterizedTest
  @EnumSource(ModelSize.class)
  void everyNamedSizeHasTheLayerAndTheHeadsToDistil(ModelSize size) {
    Recipe recipe = RecipeFile.builtIn("quickstart-sst2").withModel(size.model());
    Recipe.Model model = recipe.model();
    assertThat(recipe.distill().layer()).isBetween(model.layers() / 2, model.layers() - 1);
    assertThat(model.kvHeads() * model.headDim() % recipe.distill().splitHeads()).isZero();
  }
}
