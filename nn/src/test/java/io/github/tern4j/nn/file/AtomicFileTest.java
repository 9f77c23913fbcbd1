package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  /** Above what Linux ever gives to a process. */
  private static final long NO_PROCESS = 99_999_999_999L;

  @TempDir
  Path directory;

  private Path file;

  @BeforeEach
  void writeOldContent() throws IOException {
    file = directory.resolve("weights.bin");
    Files.writeString(file, "old");
  }

  @Test
  void replacesTheContentAndLeavesNothingElse() throws IOException {
    AtomicFile.write(file, bytes("new"));
    assertThat(file).hasContent("new");
    assertThat(names()).containsExactly("weights.bin");
  }

  @Test
  void makesMissingParents() {
    Path deep = directory.resolve("a/b/c.txt");
    AtomicFile.write(deep, bytes("new"));
    assertThat(deep).hasContent("new");
  }

  @Test
  void aFullDiskLeavesTheOldContentAndGivesOneLine() throws IOException {
    assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
      channel.write(ByteBuffer.wrap(bytes("half")));
      throw new IOException("No space left on device");
    })).isInstanceOf(UncheckedIOException.class).hasMessage(file + ": cannot be written: No space left on device")
        .cause().hasMessage(file + ": cannot be written: No space left on device");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("weights.bin");
  }

  @Test
  void whatTheBodyThrowsArrivesAndLeavesTheOldContent() throws IOException {
    assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
      throw new StackOverflowError("of the body");
    })).isInstanceOf(StackOverflowError.class);
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("weights.bin");
  }

  @Test
  void anInterruptLeavesTheOldContentAndTheThreadInterrupted() throws IOException {
    assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
      Thread.currentThread().interrupt();
      channel.write(ByteBuffer.wrap(bytes("half")));
    })).isInstanceOf(UncheckedIOException.class).hasMessage(file + ": cannot be written: interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("weights.bin");
  }

  @Test
  void leftoversOfKilledRunsAreRemovedAndThoseOfLivingOnesStay() throws IOException {
    long living = ProcessHandle.current().parent().orElseThrow().pid();
    Files.writeString(directory.resolve("weights.bin.tmp-" + NO_PROCESS), "half");
    Files.writeString(directory.resolve("weights.bin.tmp-" + ProcessHandle.current().pid()),
        "of an earlier run with this number");
    Files.writeString(directory.resolve("weights.bin.tmp-" + living), "half");
    Files.writeString(directory.resolve("weights.bin.tmp-notes"), "mine");
    AtomicFile.write(file, bytes("new"));
    assertThat(names()).containsExactly("weights.bin", "weights.bin.tmp-" + living, "weights.bin.tmp-notes");
  }

  @Test
  void twoWritersOfOneFileAreAnError() {
    assertThatThrownBy(() -> AtomicFile.write(file, channel -> AtomicFile.write(file, bytes("inner"))))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("is being written by another thread");
    assertThat(file).hasContent("old");
  }

  @Test
  void aDirectoryInTheWayIsOneLine() throws IOException {
    Path taken = Files.createDirectories(directory.resolve("taken/inside"));
    assertThatThrownBy(() -> AtomicFile.write(taken.getParent(), bytes("new")))
        .isInstanceOf(UncheckedIOException.class).hasMessageStartingWith(taken.getParent() + ": cannot be written: ");
    assertThat(names()).containsExactly("taken", "weights.bin");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
