package io.github.tern4j.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8LinesTest {
  private static final int BUFFER = 1 << 16;

  @TempDir
  private Path folder;

  @Test
  void linesEndWithLfOrCrLfAndTheLastNeedsNoEnd() throws IOException {
    assertThat(lines("a\r\nb\n\nc\rd\n\r\n\nend")).containsExactly("a", "b", "", "c\rd", "", "", "end");
    assertThat(lines("a\r")).containsExactly("a\r");
    assertThat(lines("a\n")).containsExactly("a");
    assertThat(lines("")).isEmpty();
  }

  @Test
  void aByteOrderMarkIsDroppedAtTheStartOnly() throws IOException {
    assertThat(lines("\ufeffa\n\ufeffb")).containsExactly("a", "\ufeffb");
  }

  @ParameterizedTest
  @ValueSource(ints = {BUFFER - 2, BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER + 7})
  void linesAndCharactersMayLieAcrossBuffers(int length) throws IOException {
    String line = "x".repeat(length - 1) + "é";
    assertThat(lines(line + "\n" + line + "\r\n" + line)).containsExactly(line, line, line);
  }

  @Test
  void packedFilesAreUnpacked() throws IOException {
    Path file = Files.write(folder.resolve("a.gz"), gzip("one\ntwo\n"));
    assertThat(lines(file)).containsExactly("one", "two");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, BUFFER - 1, BUFFER, 3 * BUFFER + 1})
  void invalidUtf8IsReportedWithItsOffsetInTheFile(int offset) throws IOException {
    byte[] bytes = new byte[offset + 20];
    Arrays.fill(bytes, (byte) 'a');
    for (int i = 9; i < offset; i += 10_000) {
      bytes[i] = '\n';
    }
    bytes[offset] = (byte) 0xe9;
    Path file = Files.write(folder.resolve("latin1.txt"), bytes);
    String message = file + ": byte 0xe9 at offset " + offset + " is not valid UTF-8; expected UTF-8 text";
    assertRefused(message, () -> lines(file));
    assertRefused(message, () -> StrictUtf8.read(file));
  }

  @Test
  void aCharacterCutByTheEndOfTheFileIsInvalid() throws IOException {
    Path file = Files.write(folder.resolve("cut.txt"), Arrays.copyOf("aé".getBytes(StandardCharsets.UTF_8), 2));
    assertRefused(file + ": byte 0xc3 at offset 1 is not valid UTF-8; expected UTF-8 text", () -> lines(file));
  }

  @Test
  void aWholeFileIsReadAsText() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "é\r\n😀");
    assertThat(StrictUtf8.read(file)).isEqualTo("é\r\n😀");
  }

  @Test
  void damagedAndMissingFilesAreOneLine() throws IOException {
    byte[] whole = gzip("text ".repeat(1000));
    Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length - 12));
    assertRefused(cut + ": ends in the middle of its gzip data; expected a whole gzip file", () -> lines(cut));
    Path plain = Files.writeString(folder.resolve("plain.gz"), "not gzip at all");
    assertRefused(plain + ": is not intact gzip (Not in GZIP format); expected a gzip file", () -> lines(plain));
    Path missing = folder.resolve("missing.txt");
    assertRefused(missing + ": no such file; expected a text file", () -> lines(missing));
    assertRefused(missing + ": no such file; expected a text file", () -> StrictUtf8.read(missing));
  }

  private List<String> lines(String content) throws IOException {
    return lines(Files.writeString(folder.resolve("lines.txt"), content));
  }

  private static List<String> lines(Path file) {
    var all = new ArrayList<String>();
    try (var lines = new Utf8Lines(file)) {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        all.add(line.get());
        assertThat(lines.lineNumber()).isEqualTo(all.size());
      }
    }
    return all;
  }

  private static void assertRefused(String message, Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(BadInputException.class).hasMessage(message);
  }

  private static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
