package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.FloatStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class SafetensorsProperties {

  private static Path directory;

  @BeforeContainer
  static void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("safetensors");
  }

  @AfterContainer
  static void removeDirectory() throws IOException {
    Aside.delete(directory);
  }

  /**
   * One tensor to write.
   *
   * @param type type in the file
   * @param dims dimensions
   * @param seed of its values
   */
  record Drawn(SafetensorsType type, int[] dims, long seed) {

    int size() {
      return Shape.of(dims).intSize();
    }

    float[] floats() {
      Random random = new Random(seed);
      float[] values = new float[size()];
      for (int i = 0; i < values.length; i++) {
        // Any bits: subnormal numbers, infinities and NaN among them.
        values[i] = Float.intBitsToFloat(random.nextInt());
      }
      return values;
    }

    long[] longs() {
      return new Random(seed).longs(size()).toArray();
    }

    byte[] bytes() {
      byte[] values = new byte[size()];
      new Random(seed).nextBytes(values);
      return values;
    }

    void addTo(SafetensorsWriter writer, String name) {
      switch (type) {
        case I64 -> writer.addLongs(name, longs(), dims);
        case U8 -> writer.addBytes(name, MemorySegment.ofArray(bytes()), dims);
        default -> writer.add(name, Tensor.of(new FloatStorage(floats()), Shape.of(dims)), type);
      }
    }

    void requireIn(StoredTensors tensors, String name) {
      assertThat(tensors.type(name)).isEqualTo(type);
      assertThat(tensors.shape(name)).isEqualTo(Shape.of(dims));
      switch (type) {
        case I64 -> assertThat(tensors.longs(name)).isEqualTo(longs());
        case U8 -> assertThat(tensors.bytes(name).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes());
        default -> {
          float[] read = tensors.floats(name).array();
          float[] mapped = tensors.tensor(name).toFloats();
          float[] written = floats();
          for (int i = 0; i < written.length; i++) {
            int expected = Float.floatToRawIntBits(rounded(written[i]));
            assertThat(Float.floatToRawIntBits(read[i])).as("element %d of %s", i, name).isEqualTo(expected);
            assertThat(Float.floatToRawIntBits(mapped[i])).as("mapped element %d of %s", i, name).isEqualTo(expected);
          }
        }
      }
    }

    /** What the file can hold of a value; BF16 by comparing the distance to both neighbours, unlike the code under test. */
    private float rounded(float value) {
      if (type == SafetensorsType.F32) {
        return value;
      }
      if (type == SafetensorsType.F16) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
      }
      int bits = Float.floatToRawIntBits(value);
      int below = bits & 0xffff0000;
      if (Float.isNaN(value)) {
        return Float.intBitsToFloat(below | 0x400000);
      }
      // As an integer the distance is right also where the upper neighbour is infinity.
      int rest = bits & 0xffff;
      boolean up = rest > 0x8000 || rest == 0x8000 && (below >>> 16 & 1) == 1;
      return Float.intBitsToFloat(up ? below + 0x10000 : below);
    }
  }

  @Provide
  Arbitrary<Map<String, Drawn>> models() {
    Arbitrary<Drawn> tensors = Combinators.combine(
        Arbitraries.of(SafetensorsType.F32, SafetensorsType.BF16, SafetensorsType.F16, SafetensorsType.I64, SafetensorsType.U8),
        Arbitraries.integers().between(0, 7).array(int[].class).ofMaxSize(4),
        Arbitraries.longs()).as(Drawn::new);
    Arbitrary<String> names = Arbitraries.oneOf(
        Arbitraries.strings().ofMinLength(1).ofMaxLength(8).filter(SafetensorsProperties::isText),
        Arbitraries.of("model.embed_tokens.weight", "a\"b", "back\\slash", "line\nbreak", "\u00fc\u4e2d\ud83d\ude00", "dtype",
            ""));
    return Arbitraries.maps(names, tensors).ofMaxSize(6);
  }

  private static boolean isText(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  @Property(tries = 80)
  void whatIsWrittenIsReadBack(@ForAll("models") Map<String, Drawn> model) {
    Path file = directory.resolve("round-trip.safetensors");
    writer(model).metadata("note", "x").write(file);
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      assertThat(tensors.names()).containsExactlyInAnyOrderElementsOf(model.keySet());
      assertThat(tensors.metadata()).isEqualTo(Map.of("format", "pt", "note", "x"));
      model.forEach((name, drawn) -> {
        drawn.requireIn(tensors, name);
        assertThat(8 * (tensors.bytes(name).address() % 8) % drawn.type().bits()).as("alignment of %s", name).isZero();
      });
    }
  }

  @Property(tries = 25)
  void shardedModelsReadBackThroughTheirIndex(
      @ForAll("models") Map<String, Drawn> model, @ForAll("shardSizes") long shardBytes) throws IOException {
    Path folder = Files.createTempDirectory(directory, "sharded");
    writer(model).writeModel(folder, shardBytes);
    try (ModelFiles tensors = ModelFiles.open(folder)) {
      assertThat(tensors.names()).containsExactlyInAnyOrderElementsOf(model.keySet());
      model.forEach((name, drawn) -> drawn.requireIn(tensors, name));
    }
  }

  @Provide
  Arbitrary<Long> shardSizes() {
    return Arbitraries.longs().between(0, 3000);
  }

  private static SafetensorsWriter writer(Map<String, Drawn> model) {
    SafetensorsWriter writer = new SafetensorsWriter();
    model.forEach((name, drawn) -> drawn.addTo(writer, name));
    return writer;
  }

  /** Damages the bytes of a good file. */
  @FunctionalInterface
  interface Mutation {
    byte[] damage(byte[] file, Random random);
  }

  @Provide
  Arbitrary<Mutation> mutations() {
    List<Mutation> kinds = List.of(
        SafetensorsProperties::flipBits,
        (file, random) -> Arrays.copyOf(file, random.nextInt(file.length)),
        (file, random) -> Arrays.copyOf(file, file.length + 1 + random.nextInt(20)),
        SafetensorsProperties::lieAboutTheLength,
        (file, random) -> inHeader(file, random, "\\d+", number(random)),
        (file, random) -> inHeader(file, random, "\"[A-Z]+\\d+\"",
            pick(random, "\"I64\"", "\"F64\"", "\"F4\"", "\"f32\"", "\"\"", "3", "null")),
        (file, random) -> inHeader(file, random, "\\[[^]]*\\]",
            pick(random, "[]", "[0]", "[2147483647,2147483647,2147483647]", "[[1]]", "{}",
            "[".repeat(3000) + "]".repeat(3000), "[4611686018427387904,4]", "[0,8]", "[1e3]", "\"[]\"")),
        (file, random) -> inHeader(file, random, "\"(a|bb|c)\"",
            pick(random, "\"a\"", "\"bb\"", "\"c\"", "\"__metadata__\"", "\"\"")),
        (file, random) -> inHeader(file, random, "\"(dtype|shape|data_offsets|format|pt)\"",
            pick(random, "\"dtype\"", "\"shape\"", "\"x\"")),
        (file, random) -> inHeader(file, random, "[{}\\[\\]:,\"]",
            pick(random, "", "{", "}", "[", "]", ",", ":", "\"", "\0", "//")),
        (file, random) -> inHeader(file, random, "\\d+", "{\"a\":".repeat(5000)));
    return Arbitraries.of(kinds);
  }

  @Property(tries = 1500)
  void aDamagedFileIsRefusedWithOneLineOrReadsItsOwnBytes(
      @ForAll("mutations") Mutation mutation, @ForAll("mutations") Mutation second, @ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] damaged = mutation.damage(goodFile(), random);
    if (random.nextInt(4) == 0 && damaged.length > 16) {
      damaged = second.damage(damaged, random);
    }
    Path file = Files.write(directory.resolve("damaged.safetensors"), damaged);
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      requireOwnBytes(tensors, damaged);
    } catch (BadInputException e) {
      assertThat(e.getMessage()).startsWith(file.toString()).contains("expected").doesNotContain("\n");
    }
  }

  /** The tensors one after the other are the file after its header, and every way to read one sees those bytes. */
  private static void requireOwnBytes(SafetensorsFile tensors, byte[] file) {
    int at = 8 + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    for (String name : tensors.names()) {
      byte[] read = tensors.bytes(name).toArray(ValueLayout.JAVA_BYTE);
      assertThat(read).isEqualTo(Arrays.copyOfRange(file, at, at + read.length));
      assertThat(tensors.shape(name).size() * tensors.type(name).bits()).isEqualTo(8L * read.length);
      if (tensors.type(name).widensToFloat()) {
        assertThat(tensors.floats(name).size()).isEqualTo(tensors.tensor(name).size());
      }
      at += read.length;
    }
    assertThat(at).isEqualTo(file.length);
  }

  private static byte[] goodFile() throws IOException {
    Map<String, Drawn> model = new LinkedHashMap<>();
    model.put("a", new Drawn(SafetensorsType.F32, new int[] {2, 3}, 1));
    model.put("bb", new Drawn(SafetensorsType.BF16, new int[] {4}, 2));
    model.put("c", new Drawn(SafetensorsType.I64, new int[] {1, 2}, 3));
    Path file = directory.resolve("good.safetensors");
    if (!Files.exists(file)) {
      writer(model).write(file);
    }
    return Files.readAllBytes(file);
  }

  private static byte[] flipBits(byte[] file, Random random) {
    int header = headerEnd(file);
    for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
      file[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
    }
    return file;
  }

  private static byte[] lieAboutTheLength(byte[] file, Random random) {
    long truth = headerEnd(file) - 8;
    long[] lies = {0, 1, 2, truth - 1, truth - 8, truth + 1, truth + 8, file.length, file.length - 8, -1, Long.MIN_VALUE,
        Long.MAX_VALUE,
        Integer.MAX_VALUE, 1L << 32 | truth, random.nextLong()};
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(lies[random.nextInt(lies.length)]);
    return file;
  }

  private static String number(Random random) {
    return pick(random, "-1", "-0", "0", "1", "7", "8", "16", "24", "40", "48", "1.0", "1e2", "1e999", "2147483647",
        "2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1".repeat(900), "1".repeat(2000), "true", "null",
            "\"4\"", "01");
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Replaces one match of {@code pattern} in the header and corrects the length. */
  private static byte[] inHeader(byte[] file, Random random, String pattern, String replacement) {
    int end = headerEnd(file);
    String header = new String(file, 8, end - 8, StandardCharsets.ISO_8859_1);
    var matches = Pattern.compile(pattern).matcher(header).results().toList();
    if (matches.isEmpty()) {
      return file;
    }
    var match = matches.get(random.nextInt(matches.size()));
    byte[] changed = (header.substring(0, match.start()) + replacement + header.substring(match.end()))
        .getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(8 + changed.length + file.length - end).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(changed.length).put(changed).put(file, end, file.length - end).array();
  }

  private static int headerEnd(byte[] file) {
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return length < 0 || length > file.length - 8 ? file.length : 8 + (int) length;
  }
}
