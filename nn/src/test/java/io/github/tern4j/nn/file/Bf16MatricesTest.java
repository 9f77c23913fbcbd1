package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Bf16MatricesTest {

  /** 1 + 2^-8 lies between two BF16; ties go to the even one. */
  private static final float BETWEEN = 1 + 0x1p-8f;

  @TempDir private Path folder;

  private SafetensorsFile file() {
    Path file = folder.resolve("model.safetensors");
    new SafetensorsWriter()
        .add("matrix", Tensor.of(new float[] {1, -2, 3, 4, 5, 6}, 2, 3), SafetensorsType.BF16)
        .add("wide", Tensor.of(new float[] {BETWEEN, 2}, 1, 2), SafetensorsType.F32)
        .add("half", Tensor.of(new float[] {0.5f, 2}, 1, 2), SafetensorsType.F16)
        .add("norm", Tensor.of(new float[] {1, 2, 3}, 3), SafetensorsType.BF16)
        .write(file);
    return SafetensorsFile.open(file);
  }

  @Test
  void bf16MatricesAreThoseOfTheFile() {
    try (SafetensorsFile file = file()) {
      for (boolean rounding : new boolean[] {false, true}) {
        Tensor matrix = new Bf16Matrices(file, rounding).parameter("matrix");
        assertThat(matrix.segment().address()).isEqualTo(file.bytes("matrix").address());
        assertThat(matrix.toFloats()).containsExactly(1, -2, 3, 4, 5, 6);
      }
    }
  }

  @Test
  void vectorsAreWidened() {
    try (SafetensorsFile file = file()) {
      assertThat(new Bf16Matrices(file, true).parameter("norm").array()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void otherMatricesAreWidenedOrRounded() {
    try (SafetensorsFile file = file()) {
      assertThat(new Bf16Matrices(file, false).parameter("wide").array()).containsExactly(BETWEEN, 2);
      assertThat(new Bf16Matrices(file, false).parameter("half").array()).containsExactly(0.5f, 2);
      Tensor rounded = new Bf16Matrices(file, true).parameter("wide");
      assertThat(rounded.dtype()).isEqualTo(DType.BF16);
      assertThat(rounded.toFloats()).containsExactly(1, 2);
      assertThat(new Bf16Matrices(file, true).parameter("half").toFloats()).containsExactly(0.5f, 2);
    }
  }

  @Test
  void namesAndShapesAreThoseOfTheFile() {
    try (SafetensorsFile file = file()) {
      Bf16Matrices matrices = new Bf16Matrices(file, true);
      assertThat(matrices.names()).isEqualTo(file.names());
      assertThat(matrices.shape("matrix")).isEqualTo(file.shape("matrix"));
      assertThat(matrices.floats("matrix").array()).containsExactly(1, -2, 3, 4, 5, 6);
    }
  }
}
