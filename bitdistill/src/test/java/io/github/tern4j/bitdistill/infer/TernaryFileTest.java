package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.file.SafetensorsWriter;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TernaryFileTest {

  private static final String UP = "model.layers.0.mlp.up_proj.weight";
  private static final String EMBEDDING = "model.embed_tokens.weight";

  private final Backend backend = Backends.open("vector", 1);

  @TempDir
  private Path folder;

  @AfterAll
  void close() {
    backend.close();
  }

  @ParameterizedTest
  @CsvSource({"PAPER, 0, true, F32", "ALL, 16, false, BF16", "NONE, 7, false, F32", "PAPER, 0, true, F16", "PAPER, 0, true, INT8",
      "ALL, 0, false, INT8", "PAPER, 0, true, PLANES", "NONE, 16, false, PLANES", "PAPER, 0, true, INT4", "ALL, 0, false, INT4"})
  void aWrittenStudentHasTheLogitsOfTheOneInMemory(SubLn subLn, int groupSize, boolean tied, TableFormat tables) {
    BitDistillConfig options = RandomModel.student(subLn, EpsilonRule.LOWER_BOUND, groupSize);
    RandomModel random = RandomModel.of(RandomModel.config(tied, true, true, Optional.of(options)), 3);
    Path file = write(random, tables);
    int[] text = RandomModel.text(20, 1);
    WeightFormat format = WeightFormat.TERNARY.withTables(tables);
    try (InferenceModel stored = InferenceModel.load(file, backend);
        InferenceModel inMemory = InferenceModel.of(random.config(), random, backend, format)) {
      assertThat(stored.config()).isEqualTo(random.config());
      assertThat(stored.session().likeliest(text)).isEqualTo(inMemory.session().likeliest(text));
      assertThat(stored.session().prefill(text)).isEqualTo(inMemory.session().prefill(text));
      assertThat(stored.blockWeightBytes()).isEqualTo(inMemory.blockWeightBytes());
      assertThat(stored.bytesPerToken()).isEqualTo(inMemory.bytesPerToken());
    }
  }

  @Test
  void bothSizesAreReported() throws IOException {
    RandomModel random = RandomModel.paperStudent(4);
    Path file = folder.resolve("sizes.ternary");
    FileSizes sizes = StudentExport.write("test", random.config(), random, Optional.empty(), file, TableFormat.BF16, backend);
    // Two layers of q [48, 40], k and v [24, 40], o [40, 48], gate and up [52, 40], down [40, 52]; a scale of 4 bytes each.
    long layer = 48 * 10 + 2 * 24 * 10 + 40 * 12 + 2 * 52 * 10 + 40 * 13 + 7 * 4;
    assertThat(sizes.blockWeightBytes()).isEqualTo(2 * layer);
    assertThat(sizes.fileBytes()).isEqualTo(Files.size(file));
    try (TernaryFile stored = TernaryFile.open(file)) {
      assertThat(stored.sizes()).isEqualTo(sizes);
    }
  }

  @Test
  void aTokenizerTravelsInTheFile() throws IOException {
    RandomModel random = RandomModel.paperStudent(5);
    Tokenizer tokenizer = new BpeTrainer(270).train(Stream.of("a text, a text, another text"));
    TokenizerFile.write(tokenizer, folder.resolve("tokenizer.json"));
    Path file = folder.resolve("with-tokenizer.ternary");
    StudentExport.write("test", random.config(), random, Optional.of(Files.readAllBytes(folder.resolve("tokenizer.json"))), file,
        TableFormat.F32, backend);
    assertThat(TernaryFile.tokenizer(file).orElseThrow().encode("a text")).isEqualTo(tokenizer.encode("a text"));
    assertThat(TernaryFile.tokenizer(write(random, TableFormat.F32))).isEmpty();
  }

  @Test
  void fullPrecisionModelsAreNotExported() {
    RandomModel random = RandomModel.plain(6);
    assertThatThrownBy(() -> write(random, TableFormat.F32)).isInstanceOf(BadInputException.class)
        .hasMessage("test: a full-precision model; expected a student (config.json with bitdistill.bitlinear true)");
  }

  @Test
  void bitsThatAreNoCodeAreRefused() {
    RandomModel random = RandomModel.paperStudent(7);
    for (long at : new long[] {0, 9, 519}) {
      Path file = changed(random, bytes -> setByte(bytes, at, 0b00001100), scales -> { });
      assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
          .hasMessageContaining(UP + " holds bits that are no ternary code near byte " + at / 8 * 8);
    }
  }

  @Test
  void codesBehindTheLastColumnAreRefused() {
    BitDistillConfig options = BitDistillConfig.paper(SubLn.PAPER);
    QwenConfig plain = RandomModel.config(true, false, true, Optional.of(options));
    QwenConfig odd = new QwenConfig(plain.vocabSize(), 41, 53, 1, 4, 2, 12, 1e-6f, 1e4, 96, true, false, true, 0.02,
        plain.bosTokenId(), plain.eosTokenId(), plain.bitDistill());
    RandomModel random = RandomModel.of(odd, 8);
    // Column 40 lies in the lowest two bits of byte 10 of a row; code 0 is written as 1.
    Path file = changed(random, bytes -> setByte(bytes, 10, 0b01011001), scales -> { });
    assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class).hasMessageContaining("near byte 10");
    Path sound = changed(random, bytes -> setByte(bytes, 10, 0b01010110), scales -> { });
    TernaryFile.open(sound).close();
  }

  /** A model of which up_proj [128, 72] takes fewer bytes as words, and down_proj [72, 128] does not. */
  private static RandomModel withWords(int groupSize, long seed) {
    BitDistillConfig options = RandomModel.student(SubLn.PAPER, EpsilonRule.LOWER_BOUND, groupSize);
    QwenConfig small = RandomModel.config(true, false, true, Optional.of(options));
    return RandomModel.of(new QwenConfig(small.vocabSize(), 72, 128, 1, 4, 2, 16, 1e-6f, 1e4, 96, true, false, true, 0.02,
        small.bosTokenId(), small.eosTokenId(), small.bitDistill()), seed);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 36})
  void projectionsAreStoredAsWordsWhereThatIsSmaller(int groupSize) {
    RandomModel random = withWords(groupSize, 11);
    int[] text = RandomModel.text(20, 1);
    Path file = write(random, TableFormat.F32);
    try (SafetensorsFile tensors = SafetensorsFile.open(file);
        InferenceModel stored = InferenceModel.load(file, backend);
        InferenceModel inMemory = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY)) {
      // 8 words of 2 bytes a row; groups have scales of 4 bytes among them.
      assertThat(tensors.shape(UP).dims()).containsExactly(128 * (8 * 2 + (groupSize == 0 ? 0 : 2 * 4)));
      assertThat(tensors.names().contains(UP + "_scale")).isEqualTo(groupSize == 0);
      assertThat(tensors.shape(UP.replace("up_proj", "down_proj")).dims()).containsExactly(72, 32);
      assertThat(stored.session().prefill(text)).isEqualTo(inMemory.session().prefill(text));
    }
  }

  @Test
  void indicesThatAreNoneAreRefused() {
    RandomModel random = withWords(0, 7);
    // Indices 27 and 31 in each of the three places of a word, and the bit that belongs to none; 2,048 bytes of words.
    for (int word : new int[] {27, 31, 27 << 5, 31 << 5, 27 << 10, 31 << 10, 1 << 15}) {
      for (long at : new long[] {0, 2, 130, 2046}) {
        Path file = changed(random, bytes -> set(bytes, at, word), scales -> { });
        assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
            .hasMessageContaining(UP + ": ternary words: no ternary codes near byte " + at / 8 * 8);
      }
    }
    Path sound = changed(random, bytes -> set(bytes, 2, 26 | 26 << 5 | 26 << 10), scales -> { });
    TernaryFile.open(sound).close();
  }

  @Test
  void wordsOfAnotherSizeAreRefused() {
    Path file = changed(withWords(0, 8), bytes -> bytes.asSlice(0, bytes.byteSize() - 2), scales -> { });
    assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
        .hasMessageContaining(UP + ": ternary words [128, 72], groups of 0: 2046 bytes; expected 2048");
  }

  @Test
  void scalesThatAreNoneAreRefused() {
    RandomModel random = RandomModel.paperStudent(9);
    for (float scale : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      Path file = changed(random, bytes -> bytes, scales -> scales.array()[0] = scale);
      assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
          .hasMessageContaining(UP + "_scale holds " + scale + "; expected scales from 0");
    }
  }

  @Test
  void filesOfOtherKindsAreRefused() throws IOException {
    Path other = folder.resolve("other.safetensors");
    new SafetensorsWriter().add("x", Tensor.zeros(2)).write(other);
    assertThatThrownBy(() -> InferenceModel.load(other, backend)).isInstanceOf(BadInputException.class)
        .hasMessage(other + ": metadata has another format; expected tern4j-ternary");
    Path missing = folder.resolve("missing.ternary");
    assertThatThrownBy(() -> InferenceModel.load(missing, backend)).isInstanceOf(BadInputException.class)
        .hasMessageContaining("missing.ternary");
  }

  @Test
  void moreLayersThanTensorsAreRefusedAtOnce() {
    RandomModel random = RandomModel.paperStudent(10);
    String config = random.config().toJson().put("num_hidden_layers", Integer.MAX_VALUE).toString();
    Path file = folder.resolve("layers.ternary");
    new SafetensorsWriter().metadata("format", "tern4j-ternary").metadata("version", TernaryFile.VERSION).metadata("config", config)
        .metadata("tables", "f32")
        .add("x", Tensor.zeros(2)).write(file);
    assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
        .hasMessage(file + ": num_hidden_layers 2147483647 with 1 tensors; expected several tensors a layer");
  }

  @Test
  void filesOfOlderVersionsAreRefusedAndSayWhatToDo() {
    Path file = withMetadata(RandomModel.paperStudent(12), "version", "3");
    String message = file + ": metadata has another version; expected 4: export the student again";
    assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class).hasMessage(message);
    assertThatThrownBy(() -> TernaryFile.tokenizer(file)).isInstanceOf(BadInputException.class).hasMessage(message);
  }

  @Test
  void tablesOfAnotherFormatAreRefused() {
    for (String tables : new String[] {"ternary", "int5", ""}) {
      Path file = withMetadata(RandomModel.paperStudent(13), "tables", tables);
      assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
          .hasMessage(file + ": metadata has another tables; expected one of f32, bf16, f16, int8, planes, int4");
    }
    Path bytes = withMetadata(RandomModel.paperStudent(13), "tables", "int8");
    assertThatThrownBy(() -> TernaryFile.open(bytes)).isInstanceOf(BadInputException.class)
        .hasMessageContaining(EMBEDDING + " is F32 [53, 40], expected I8 [53, 40]")
        .hasMessageContaining("missing " + EMBEDDING + "_scale [53]");
  }

  @Test
  void ternaryTablesAreNotStored() {
    assertThatThrownBy(() -> write(RandomModel.paperStudent(14), TableFormat.TERNARY)).isInstanceOf(BadInputException.class)
        .hasMessage("test: embedding and head as ternary are not stored; expected one of f32, bf16, f16, int8, planes, int4");
  }

  @Test
  void integersAreNotConvertedOnceMore() {
    Path file = write(RandomModel.paperStudent(15), TableFormat.INT8);
    assertThatThrownBy(() -> InferenceModel.load(file, backend, Optional.of(TableFormat.PLANES)))
        .isInstanceOf(BadInputException.class).hasMessage(file + ": " + EMBEDDING
            + " is stored as int8, asked for as planes; expected int8, or a file with a table of floats");
    InferenceModel.load(file, backend, Optional.of(TableFormat.INT8)).close();
  }

  @ParameterizedTest
  @CsvSource({"INT8, _scale, 2143289344, holds NaN; expected scales from 0", "INT8, _scale, -1082130432, holds -1.0; expected",
      "PLANES, _scale, 2139095040, holds Infinity; expected", "PLANES, _dither, 8, dither 8; expected -8 to 7",
      "PLANES, _dither, 247, dither -9; expected -8 to 7", "INT4, _scale, 32640, a scale near byte 0 is infinite or NaN",
      "INT4, _scale, 65472, a scale near byte 0 is infinite or NaN"})
  void numbersOfTablesThatAreNoneAreRefused(TableFormat tables, String part, int bits, String message) {
    Path file = copy(write(RandomModel.paperStudent(16), tables), EMBEDDING + part, bytes -> {
      for (int at = 0; at < Math.min(4, bytes.byteSize()) && bits >>> 8 * at != 0; at++) {
        bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (bits >>> 8 * at));
      }
      return bytes;
    });
    assertThatThrownBy(() -> InferenceModel.load(file, backend)).isInstanceOf(BadInputException.class)
        .hasMessageContaining(EMBEDDING).hasMessageContaining(message);
  }

  @Test
  void tablesOfAnotherSizeAreRefused() {
    Path file = copy(write(RandomModel.paperStudent(17), TableFormat.PLANES), EMBEDDING + "_low",
        bytes -> bytes.asSlice(0, bytes.byteSize() - 16));
    // 53 rows and 40 columns fill up four panels of 16 rows and a block of 512 columns.
    assertThatThrownBy(() -> TernaryFile.open(file)).isInstanceOf(BadInputException.class)
        .hasMessageContaining(EMBEDDING + "_low is U8 [16368], expected U8 [16384]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"BF16", "INT8", "PLANES", "INT4"})
  void filesThatEndTooEarlyAreRefused(TableFormat tables) throws IOException {
    Path file = write(RandomModel.paperStudent(18), tables);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 8, whole.length / 2, whole.length - 1}) {
      Path shorter = Files.write(folder.resolve("shorter.ternary"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TernaryFile.open(shorter)).isInstanceOf(BadInputException.class)
          .hasMessageContaining("shorter.ternary");
    }
  }

  /** A copy of an exported file with another text in its metadata. */
  private Path withMetadata(RandomModel random, String key, String value) {
    return copy(write(random, TableFormat.F32), UP, bytes -> bytes, key, value);
  }

  /** A copy of a file with other bytes of one tensor. */
  private Path copy(Path file, String tensor, UnaryOperator<MemorySegment> change, String... metadata) {
    Path copy = folder.resolve("copy.ternary");
    try (SafetensorsFile original = SafetensorsFile.open(file)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      original.metadata().forEach(writer::metadata);
      for (int i = 0; i < metadata.length; i += 2) {
        writer.metadata(metadata[i], metadata[i + 1]);
      }
      for (String name : original.names()) {
        MemorySegment bytes = Arena.ofAuto().allocate(original.bytes(name).byteSize(), Long.BYTES).copyFrom(original.bytes(name));
        MemorySegment written = name.equals(tensor) ? change.apply(bytes) : bytes;
        int[] dims = original.shape(name).dims();
        if (original.type(name) == SafetensorsType.U8) {
          writer.addBytes(name, written, dims.length == 1 ? new int[] {(int) written.byteSize()} : dims);
        } else {
          writer.add(name, Tensor.of(new NativeStorage(written, original.type(name).dtype().orElseThrow()), Shape.of(dims)));
        }
      }
      writer.write(copy);
    }
    return copy;
  }

  private Path write(RandomModel random, TableFormat tables) {
    Path file = folder.resolve("model.ternary");
    StudentExport.write("test", random.config(), random, Optional.empty(), file, tables, backend);
    return file;
  }

  private static MemorySegment setByte(MemorySegment codes, long at, int four) {
    codes.set(ValueLayout.JAVA_BYTE, at, (byte) four);
    return codes;
  }

  private static MemorySegment set(MemorySegment words, long at, int word) {
    words.set(ValueLayout.JAVA_SHORT, at, (short) word);
    return words;
  }

  /** A copy of an exported file with other words and scale of one projection. */
  private Path changed(RandomModel random, UnaryOperator<MemorySegment> words, Consumer<Tensor> scales) {
    Path changed = folder.resolve("changed.ternary");
    try (SafetensorsFile original = SafetensorsFile.open(write(random, TableFormat.F32))) {
      SafetensorsWriter writer = new SafetensorsWriter();
      original.metadata().forEach(writer::metadata);
      for (String name : original.names()) {
        MemorySegment bytes = Arena.ofAuto().allocate(original.bytes(name).byteSize());
        bytes.copyFrom(original.bytes(name));
        if (original.type(name) == SafetensorsType.U8) {
          MemorySegment written = name.equals(UP) ? words.apply(bytes) : bytes;
          int[] dims = original.shape(name).dims();
          writer.addBytes(name, written, dims.length == 1 ? new int[] {(int) written.byteSize()} : dims);
        } else {
          Tensor values = original.floats(name);
          if (name.equals(UP + "_scale")) {
            scales.accept(values);
          }
          writer.add(name, values);
        }
      }
      writer.write(changed);
    }
    return changed;
  }
}
