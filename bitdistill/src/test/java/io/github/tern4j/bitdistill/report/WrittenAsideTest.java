package io.github.tern4j.bitdistill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenAsideTest {

  @TempDir private Path folder;

  @Test
  void replacesTheOldFileAndLeavesNothingBesideIt() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "old and longer");
    WrittenAside.write(file, "new");
    assertThat(file).hasContent("new");
    assertThat(folder).isDirectoryContaining(file::equals).isDirectoryNotContaining(other -> !other.equals(file));
  }

  @Test
  void aFailedRenameLeavesNothingBeside() throws IOException {
    Path inTheWay = Files.createDirectories(folder.resolve("a.json/full"));
    assertThatThrownBy(() -> WrittenAside.write(folder.resolve("a.json"), "new")).isInstanceOf(IOException.class);
    assertThat(inTheWay).isDirectory();
    assertThat(folder.toFile().list()).containsExactly("a.json");
  }

  @Test
  void aFullDiskNamesTheFileAndLeavesNothing() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "needs Linux's /dev/full");
    Path file = Files.writeString(folder.resolve("a.json"), "old");
    Path aside = folder.resolve("a.json." + ProcessHandle.current().pid() + ".tmp");
    Files.createSymbolicLink(aside, full);
    assertThatThrownBy(() -> WrittenAside.write(file, "new"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": cannot be written: ")
        .hasMessageContaining("No space left on device");
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("a.json");
  }
}
