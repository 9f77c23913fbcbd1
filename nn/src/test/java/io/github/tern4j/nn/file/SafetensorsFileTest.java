package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {

  @TempDir
  Path directory;

  @Test
  void readsEveryTypeItKnows() throws IOException {
    Path file = file("""
        {"__metadata__":{"format":"pt"},"l":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},
        "f":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},"i":{"dtype":"I32","shape":[],"data_offsets":[12,16]},
        "b":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]},"h":{"dtype":"F16","shape":[1],"data_offsets":[18,20]},
        "u":{"dtype":"U8","shape":[2],"data_offsets":[20,22]},"s":{"dtype":"I8","shape":[2],"data_offsets":[22,24]},
        "none":{"dtype":"F32","shape":[0,5],"data_offsets":[24,24]}}""",
        ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(-5_000_000_000L).putFloat(1.5f).putInt(-7)
            .putShort((short) (Float.floatToIntBits(-2.5f) >>> 16)).putShort(Float.floatToFloat16(0.25f))
            .put((byte) 200).put((byte) 1).put((byte) -56).put((byte) 2).array());
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      assertThat(tensors.names()).containsExactly("l", "f", "i", "b", "h", "u", "s", "none");
      assertThat(tensors.metadata()).containsEntry("format", "pt");
      assertThat(tensors.longs("l")).containsExactly(-5_000_000_000L);
      assertThat(tensors.ints("i")).containsExactly(-7);
      assertThat(tensors.ints("u")).containsExactly(200, 1);
      assertThat(tensors.ints("s")).containsExactly(-56, 2);
      assertThat(tensors.floats("f").get(0, 0)).isEqualTo(1.5f);
      assertThat(tensors.floats("b").array()).containsExactly(-2.5f);
      assertThat(tensors.floats("h").array()).containsExactly(0.25f);
      assertThat(tensors.floats("none").shape()).isEqualTo(Shape.of(0, 5));
      assertThat(tensors.tensor("b").dtype()).isEqualTo(DType.BF16);
      assertThat(tensors.tensor("b").get(0)).isEqualTo(-2.5f);
      assertThat(tensors.tensor("l").dtype()).isEqualTo(DType.I64);
      assertThat(tensors.bytes("u").byteSize()).isEqualTo(2);
      assertThatThrownBy(() -> tensors.tensor("u")).isInstanceOf(BadInputException.class)
          .hasMessage(file + ": tensor 'u' is U8; expected a type that tensors have, such as F32, BF16 or I64");
      assertThatThrownBy(() -> tensors.floats("l")).isInstanceOf(BadInputException.class)
          .hasMessage(file + ": tensor 'l' is I64; expected F32, BF16 or F16");
      assertThatThrownBy(() -> tensors.longs("f")).isInstanceOf(BadInputException.class)
          .hasMessageContaining("tensor 'f' is F32");
      assertThatThrownBy(() -> tensors.ints("l")).isInstanceOf(BadInputException.class).hasMessageContaining("holds -5000000000");
      assertThatThrownBy(() -> tensors.shape("x")).isInstanceOf(BadInputException.class)
          .hasMessage(file + ": tensor 'x' is missing; expected one of [l, f, i, b, h, u, s, none]");
    }
  }

  @Test
  void typesWithoutUseHereAreListedAndRefusedWhenRead() throws IOException {
    Path file = file("""
        {"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
        "q":{"dtype":"F4","shape":[2,1],"data_offsets":[8,9]}}""", new byte[9]);
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      assertThat(tensors.type("d")).isEqualTo(SafetensorsType.F64);
      assertThat(tensors.shape("q")).isEqualTo(Shape.of(2, 1));
      assertThatThrownBy(() -> tensors.floats("d")).isInstanceOf(BadInputException.class)
          .hasMessageContaining("'d' is F64; expected F32");
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}        | tensor 'a' has shape [2] of F32 in 4 bytes; expected 8 bytes
      {"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}} \
          | tensor 'a' has shape [3] of F4 in 1 bytes; expected whole bytes
      {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} \
          | tensor 'a' has '-2' in its shape; expected whole numbers from 0 to 2147483647
      {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}      | tensor 'a' has '2.0' in its shape; expected whole numbers
      {"a":{"dtype":"F32","shape":[2147483647,2147483647,9],"data_offsets":[0,8]}} \
          | tensor 'a' has shape [2147483647, 2147483647, 9] of F32; expected fewer than 2^63 bits
      {"a":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,8]}} \
          | tensor 'a' has shape [2147483647, 2147483647] of F32; expected fewer than 2^63 bits
      {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} \
          | tensor 'a' has '99999999999999999999' in its shape
      {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} \
          | tensor 'a' has a shape that is no array; expected whole numbers
      {"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}        | tensor 'a' has dtype 'F33'; expected F32, BF16
      {"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}            | tensor 'a' has dtype 'VALUE_NUMBER_INT'; expected F32, BF16
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}} \
          | tensor 'a' has '16' in its data_offsets; expected positions from 0 to 8
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}       | tensor 'a' has '-8' in its data_offsets
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} \
          | tensor 'a' has data_offsets [8, 0]; expected two numbers in ascending order
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}          | tensor 'a' has data_offsets [0]; expected two numbers
      {"a":{"dtype":"F32","shape":[2]}} \
          | tensor 'a' lacks data_offsets; expected dtype, shape and data_offsets
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}} \
          | tensor 'a' has the key 'x'; expected dtype, shape and data_offsets
      {"a":[]}                                                      | tensor 'a' is not an object; expected dtype
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} \
          | tensor 'a' begins at byte 4 of the data; expected 0, where the header ends
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} \
          | tensor 'b' begins at byte 4 of the data; expected 8, where tensor 'a' ends
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}        | 8 bytes of data; expected 4, where tensor 'a' ends
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | not valid JSON
      {"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}} | not valid JSON
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}     | the header goes on after its object; expected spaces
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]          | not valid JSON
      {"__metadata__":{"format":1}}                                 | __metadata__ is something else; expected an object of texts
      []                                                            | the header does not begin with '{'
      {"x\\ny":1}                                                   | tensor 'x\\u000ay' is not an object
      """)
  void everyViolationIsOneLineThatNamesFileAndTensor(String header, String message) throws IOException {
    Path file = file(header, new byte[8]);
    assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": ").hasMessageContaining(message)
        .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n").hasSizeLessThan(900));
  }

  @Test
  void nestingWithoutEndIsRefused() throws IOException {
    Path file = file("{\"a\":" + "[".repeat(200_000), new byte[0]);
    assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(BadInputException.class)
        .hasMessageContaining("is not an object");
    Path metadata = file("{\"__metadata__\":{\"a\":" + "{\"a\":".repeat(200_000), new byte[0]);
    assertThatThrownBy(() -> SafetensorsFile.open(metadata)).isInstanceOf(BadInputException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1, 18446744073709551615", "9223372036854775807, 9223372036854775807", "100000001, 100000001", "1, 1", "0, 0"})
  void aLyingHeaderLengthAllocatesNothing(long length, String shown) throws IOException {
    Path file = directory.resolve("lying.safetensors");
    Files.write(file, ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(BadInputException.class).hasMessage(
        file + ": header of " + shown + " bytes; expected 2 to 56 (is this a safetensors file, and complete?)");
  }

  @Test
  void filesThatAreNoneAreOneLine() throws IOException {
    Path absent = directory.resolve("absent.safetensors");
    assertThatThrownBy(() -> SafetensorsFile.open(absent)).isInstanceOf(BadInputException.class)
        .hasMessage(absent + ": cannot be read: no such file or directory");
    assertThatThrownBy(() -> SafetensorsFile.open(directory)).isInstanceOf(BadInputException.class)
        .hasMessage(directory + ": not a file; expected a safetensors file");
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThatThrownBy(() -> SafetensorsFile.open(empty)).isInstanceOf(BadInputException.class)
        .hasMessage(empty + ": 0 bytes; expected a safetensors file, which has a header");
    Path latin = file("{\"\u00e9\":1}", StandardCharsets.ISO_8859_1, new byte[0]);
    assertThatThrownBy(() -> SafetensorsFile.open(latin)).isInstanceOf(BadInputException.class)
        .hasMessage(latin + ": header: not valid UTF-8; expected JSON in UTF-8");
  }

  @Test
  void tensorsBeyondTwoGibibytesAreMapped() throws IOException {
    long large = 3L << 30;
    Path file = file("{\"large\":{\"dtype\":\"I8\",\"shape\":[3,1073741824],\"data_offsets\":[0,%d]},".formatted(large)
        + "\"last\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}".formatted(large, large + 8), new byte[0]);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // A hole, which takes no room on the disk.
      ByteBuffer last = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN).put((byte) 5).putFloat(1).putFloat(2).flip();
      channel.write(last, channel.size() + large - 1);
    }
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      assertThat(tensors.floats("last").array()).containsExactly(1, 2);
      Tensor mapped = tensors.tensor("large");
      assertThat(mapped.get(2, (1 << 30) - 1)).isEqualTo(5);
      assertThat(mapped.get(2, (1 << 30) - 2)).isZero();
      assertThatThrownBy(() -> tensors.longs("large")).isInstanceOf(BadInputException.class)
          .hasMessageContaining("has 3221225472 elements; expected at most");
    }
  }

  @Test
  void closedFilesCannotBeReadAndMayBeClosedAgain() throws IOException {
    SafetensorsFile tensors = SafetensorsFile.open(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        new byte[8]));
    Tensor mapped = tensors.tensor("a");
    tensors.close();
    tensors.close();
    assertThatThrownBy(() -> mapped.get(0)).isInstanceOf(IllegalStateException.class);
  }

  private Path file(String header, byte[] data) throws IOException {
    return file(header, StandardCharsets.UTF_8, data);
  }

  private Path file(String header, Charset charset, byte[] data) throws IOException {
    byte[] json = header.getBytes(charset);
    Path file = Files.createTempFile(directory, "model", ".safetensors");
    return Files.write(file, ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length).put(json).put(data).array());
  }
}
