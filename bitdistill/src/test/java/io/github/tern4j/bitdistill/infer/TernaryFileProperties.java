package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class TernaryFileProperties {

  private static Path folder;
  private static byte[] sound;

  @BeforeContainer
  static void writeStudent() throws IOException {
    folder = Files.createTempDirectory("ternary");
    RandomModel random = RandomModel.paperStudent(1);
    Path file = folder.resolve("sound.ternary");
    try (Backend backend = Backends.open("reference", 1)) {
      StudentExport.write("test", random.config(), random, Optional.empty(), file, TableFormat.BF16, backend);
    }
    sound = Files.readAllBytes(file);
  }

  @AfterContainer
  static void clear() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Property(tries = 250)
  void anotherByteInTheHeaderIsRefusedWithOneLineOrChangesNoSize(@ForAll @IntRange(max = 1 << 30) int position, @ForAll byte value) {
    byte[] bytes = sound.clone();
    bytes[position % headerEnd()] = value;
    open(bytes);
  }

  @Property(tries = 100)
  void aShorterFileIsRefused(@ForAll @IntRange(max = 1 << 30) int length) {
    byte[] bytes = Arrays.copyOf(sound, length % sound.length);
    assertThat(open(bytes)).isFalse();
  }

  @Property(tries = 30)
  void aLongerFileIsRefused(@ForAll @IntRange(min = 1, max = 100) int more) {
    assertThat(open(Arrays.copyOf(sound, sound.length + more))).isFalse();
  }

  @Property(tries = 100)
  void digitsOfTheHeaderCannotLie(@ForAll @IntRange(max = 1 << 30) int position, @ForAll @ByteRange(min = '0', max = '9') byte digit) {
    byte[] bytes = sound.clone();
    int at = 8 + position % (headerEnd() - 8);
    while (bytes[at] < '0' || bytes[at] > '9') {
      at = at + 1 == headerEnd() ? 8 : at + 1;
    }
    bytes[at] = digit;
    open(bytes);
  }

  private static int headerEnd() {
    return 8 + (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** Whether the file opens; if not, it is refused as bad input with one line. What opens can be loaded as a model. */
  private static boolean open(byte[] bytes) {
    Path file = folder.resolve("mutated.ternary");
    try (Backend backend = Backends.open("reference", 1)) {
      Files.write(file, bytes);
      try (InferenceModel model = InferenceModel.load(file, backend)) {
        assertThat(model.session().prefill(new int[] {0})).hasSize(model.config().vocabSize());
        return true;
      }
    } catch (BadInputException refused) {
      assertThat(refused.getMessage()).contains("mutated.ternary").doesNotContain("\n");
      return false;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
