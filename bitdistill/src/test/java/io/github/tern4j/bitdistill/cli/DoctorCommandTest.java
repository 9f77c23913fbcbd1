package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.tensor.Backends;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Console console = new Console(out, new PrintStream(new ByteArrayOutputStream()), false);

  @Test
  void jsonNamesTheMachineAndEveryBackend() {
    assertThat(Main.run(console, Main.commands(), "doctor", "--json")).isZero();
    JsonNode found = Json.mapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(found.get("jdk").asString()).startsWith("25");
    assertThat(found.get("vector_bits").asInt()).isGreaterThanOrEqualTo(64);
    assertThat(found.get("memory_bytes").asLong()).isGreaterThan(found.get("max_heap_bytes").asLong());
    assertThat(found.get("disk_free_bytes").asLong()).isNotNegative();
    assertThat(found.get("backends").size()).isEqualTo(Backends.providers().size());
    found.get("backends").forEach(backend -> assertThat(backend.get("detail").asString()).isNotBlank());
  }

  @Test
  void textHasARowForEachSubject() {
    assertThat(Main.run(console, Main.commands(), "doctor")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines().map(line -> line.split(" ")[0]))
        .startsWith("bitdistill", "JDK", "system", "CPU", "memory", "disk");
  }
}
