package io.github.tern4j.tensor;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Golden values and data sets that are no part of the repository, for the tests of all modules: in the folder that the variable
 * BITDISTILL_SHARED names, by default in {@code shared} beside the repository. Tests that need them are skipped without them.
 */
public final class SharedData {

  private SharedData() {}

  /** A folder of the data; skips the test that asks when it is not there. */
  public static Path folder(String part) {
    Path folder = Optional.ofNullable(System.getenv("BITDISTILL_SHARED")).map(Path::of)
        .orElseGet(() -> repository().resolveSibling("shared")).resolve(part);
    assumeTrue(Files.isDirectory(folder), "no shared data at " + folder + ": set BITDISTILL_SHARED");
    return folder;
  }

  /** Maven runs tests in the folder of their module, IDEs also in the one above it. */
  private static Path repository() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder.getParent() != null && !Files.exists(folder.resolve("bin/bitdistill"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
