package io.github.tern4j.bitdistill.metric;

import io.github.tern4j.tensor.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Scores of other programs, from {@code data/metrics} of the shared folder; tests that need them are skipped without it. */
final class ReferenceScores {

  private ReferenceScores() {}

  static JsonNode json(String file) throws IOException {
    return JsonMapper.shared().readTree(Files.readString(path(file)));
  }

  static Path path(String file) {
    return SharedData.folder("data/metrics").resolve(file);
  }

  static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(text -> strings.add(text.asString()));
    return strings;
  }
}
