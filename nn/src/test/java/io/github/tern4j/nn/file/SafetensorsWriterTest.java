package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsWriterTest {

  @TempDir
  Path directory;

  @Test
  void theHeaderIsPaddedWithSpacesAndWiderTypesComeFirst() throws IOException {
    Path file = directory.resolve("model.safetensors");
    new SafetensorsWriter()
        .add("narrow", Tensor.of(new float[] {1, 2, 3}, 3), SafetensorsType.BF16)
        .add("wide", Tensor.of(new float[] {4, 5}, 1, 2))
        .write(file);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong();
    String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
    assertThat(length % 8).isZero();
    assertThat(header.stripTrailing()).isEqualTo("""
        {"__metadata__":{"format":"pt"},"wide":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
        "narrow":{"dtype":"BF16","shape":[3],\
        "data_offsets":[8,14]}}""");
    assertThat(bytes.capacity()).isEqualTo(8 + length + 14);
    assertThat(bytes.getFloat(8 + length)).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
      "3f808000, 3f80", // a tie goes to the even neighbour below
      "3f818000, 3f82", // and to the even one above
      "3f808001, 3f81", "3f807fff, 3f80", "7f7fffff, 7f80", "ff800000, ff80", "80000000, 8000", "00000001, 0000",
          "7f800001, 7fc0"})
  void bf16RoundsToNearestWithTiesToEven(String bits, String expected) {
    float value = Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
    assertThat(Short.toUnsignedInt(HalfPrecision.toBf16(value))).isEqualTo(Integer.parseInt(expected, 16));
  }

  @Test
  void conversionCrossesChunksAndHonoursOffsets() {
    int rows = 3;
    int columns = 70_001;
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 251 - 125;
    }
    Path first = directory.resolve("first.safetensors");
    Tensor tail = Tensor.of(values, rows, columns).slice(0, 1, rows);
    new SafetensorsWriter().add("x", tail, SafetensorsType.F16).write(first);
    try (SafetensorsFile halves = SafetensorsFile.open(first)) {
      assertThat(halves.floats("x").array()).isEqualTo(tail.toFloats());
      Path second = directory.resolve("second.safetensors");
      new SafetensorsWriter()
          .add("x", halves.tensor("x").slice(0, 1, 2), SafetensorsType.BF16)
          .add("same", halves.tensor("x").slice(0, 1, 2))
          .write(second);
      try (SafetensorsFile again = SafetensorsFile.open(second)) {
        float[] lastRow = tail.slice(0, 1, 2).toFloats();
        assertThat(again.type("same")).isEqualTo(SafetensorsType.F16);
        assertThat(again.floats("x").array()).isEqualTo(lastRow);
        assertThat(again.floats("same").array()).isEqualTo(lastRow);
      }
    }
  }

  @Test
  void wholeNumbersOfNativeTensorsKeepTheirType() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor codes = Tensor.of(new NativeStorage(arena.allocateFrom(ValueLayout.JAVA_INT, 7, -8), DType.I32), Shape.of(2));
      Path file = directory.resolve("codes.safetensors");
      new SafetensorsWriter().add("codes", codes).write(file);
      try (SafetensorsFile read = SafetensorsFile.open(file)) {
        assertThat(read.ints("codes")).containsExactly(7, -8);
      }
      assertThatThrownBy(() -> new SafetensorsWriter().add("codes", codes, SafetensorsType.F32))
          .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("codes is I32 [2], to be written as F32; expected its own type");
    }
  }

  @Test
  void whatCannotBeWrittenIsRefusedAtOnce() {
    SafetensorsWriter writer = new SafetensorsWriter().addLongs("a", new long[] {1}, 1);
    assertThatThrownBy(() -> writer.addLongs("a", new long[] {1}, 1)).hasMessageContaining("the name a is taken");
    assertThatThrownBy(() -> writer.addLongs("__metadata__", new long[] {1}, 1)).hasMessageContaining("is taken");
    assertThatThrownBy(() -> writer.addLongs("b", new long[] {1}, 2))
        .hasMessageContaining("b has 1 elements; expected 2 for [2]");
    Tensor transposed = Tensor.zeros(2, 3).transpose(0, 1);
    assertThatThrownBy(() -> writer.add("t", transposed)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected contiguous elements on the host");
  }

  @Test
  void shardsAreFilledInOrderAndListed() throws IOException {
    new SafetensorsWriter()
        .add("a", Tensor.zeros(10)).add("b", Tensor.zeros(10)).add("c", Tensor.zeros(30)).add("d", Tensor.zeros(1))
        .writeModel(directory, 80);
    assertThat(names()).containsExactly("model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
        "model-00003-of-00003.safetensors", "model.safetensors.index.json");
    JsonObject index = JsonFile.read(directory.resolve(ModelFiles.INDEX));
    assertThat(index.object("metadata").wholeNumber("total_size")).isEqualTo(204);
    JsonObject weightMap = index.object("weight_map");
    assertThat(weightMap.text("b")).isEqualTo("model-00001-of-00003.safetensors");
    assertThat(weightMap.text("c")).isEqualTo("model-00002-of-00003.safetensors");
    assertThat(weightMap.text("d")).isEqualTo("model-00003-of-00003.safetensors");
  }

  @Test
  void aModelThatFitsOneFileHasNoIndex() throws IOException {
    new SafetensorsWriter().add("a", Tensor.zeros(10)).writeModel(directory, 40);
    assertThat(names()).containsExactly("model.safetensors");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
