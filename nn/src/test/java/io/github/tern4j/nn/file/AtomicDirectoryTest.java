package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoryTest {

  private static final String NO_PROCESS = "99999999999";

  @TempDir
  Path parent;

  private Path target;

  @BeforeEach
  void makeOldDirectory() throws IOException {
    target = parent.resolve("model");
    write(target, "old");
  }

  @Test
  void replacesEverythingInside() throws IOException {
    Files.writeString(target.resolve("extra.txt"), "goes with the old directory");
    AtomicDirectory.replace(target, building -> write(building, "new"));
    assertThat(target.resolve("sub/part.txt")).hasContent("new");
    assertThat(target.resolve("extra.txt")).doesNotExist();
    assertThat(names()).containsExactly("model");
  }

  @Test
  void aFailureLeavesTheOldDirectory() throws IOException {
    assertThatThrownBy(() -> AtomicDirectory.replace(target, building -> {
      write(building, "new");
      throw new IOException("No space left on device");
    })).isInstanceOf(UncheckedIOException.class).hasMessage(target + ": cannot be written: No space left on device");
    assertThat(target.resolve("sub/part.txt")).hasContent("old");
    assertThat(names()).containsExactly("model");
  }

  @Test
  void aRunKilledBetweenTheTwoRenamesLosesNothing() throws IOException {
    Files.move(target, parent.resolve("model.old-" + NO_PROCESS));
    write(parent.resolve("model.tmp-" + NO_PROCESS), "new");
    AtomicDirectory.recover(target);
    assertThat(target.resolve("sub/part.txt")).hasContent("old");
    assertThat(names()).containsExactly("model");
  }

  @Test
  void aRunKilledAfterTheRenamesLeavesTheNewDirectory() throws IOException {
    write(parent.resolve("model.old-" + NO_PROCESS), "older");
    AtomicDirectory.recover(target);
    assertThat(target.resolve("sub/part.txt")).hasContent("old");
    assertThat(names()).containsExactly("model");
  }

  @Test
  void theRootIsNotReplaced() {
    assertThatThrownBy(() -> AtomicDirectory.replace(parent.getRoot(), building -> write(building, "new")))
        .isInstanceOf(BadInputException.class).hasMessageContaining("expected the name of a file or directory, not the root");
  }

  @Test
  void aLinkInsideIsRemovedAndNotFollowed() throws IOException {
    Path outside = Files.createDirectory(parent.resolve("outside"));
    Files.writeString(outside.resolve("keep.txt"), "keep");
    Files.createSymbolicLink(target.resolve("link"), outside);
    AtomicDirectory.replace(target, building -> write(building, "new"));
    assertThat(outside.resolve("keep.txt")).hasContent("keep");
    assertThat(names()).containsExactly("model", "outside");
  }

  private static void write(Path directory, String content) throws IOException {
    Files.createDirectories(directory.resolve("sub"));
    Files.writeString(directory.resolve("sub/part.txt"), content);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(parent)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
