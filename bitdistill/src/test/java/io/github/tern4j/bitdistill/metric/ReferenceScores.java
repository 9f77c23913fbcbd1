package io.github.tern4j.bitdistill.metric;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Scores of other programs, from {@code data/metrics} of the shared folder; tests that need them are skipped without it. */
final class ReferenceScores {

  private ReferenceScores() {}

  static JsonNode json(String file) throws IOException {
    return JsonMapper.shared().readTree(Files.readString(path(file)));
  }

  static Path path(String file) {
    Optional<Path> folder = candidates().map(shared -> shared.resolve("data/metrics")).filter(Files::isDirectory).findFirst();
    assumeTrue(folder.isPresent(), "no reference scores: set BITDISTILL_SHARED to the folder that holds data/metrics");
    return folder.orElseThrow().resolve(file);
  }

  private static Stream<Path> candidates() {
    String shared = System.getenv("BITDISTILL_SHARED");
    if (shared != null) {
      return Stream.of(Path.of(shared));
    }
    return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("shared"));
  }

  static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(text -> strings.add(text.asString()));
    return strings;
  }
}
