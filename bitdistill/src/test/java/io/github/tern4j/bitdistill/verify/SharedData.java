package io.github.tern4j.bitdistill.verify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Data that lies beside the repository: in BITDISTILL_SHARED, or in a directory {@code shared} next to one above this one. */
final class SharedData {

  /** Why a test is skipped. */
  static final String ABSENT = "there is no shared data: set BITDISTILL_SHARED or put it into ../shared beside the repository";

  private SharedData() {}

  /** A part of the data. */
  static Optional<Path> find(String part) {
    String configured = System.getenv("BITDISTILL_SHARED");
    if (configured != null) {
      return Optional.of(Path.of(configured, part)).filter(Files::isDirectory);
    }
    for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
      Path candidate = above.resolve("shared").resolve(part);
      if (Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
