package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.bitdistill.report.Machine;
import io.github.tern4j.nn.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Where measurements go: to the answers of the command, with the machine they were made on, and to a file that collects them. */
final class BenchRecords {

  private final JsonOutput output;
  private final Optional<Path> file;

  BenchRecords(JsonOutput output, Optional<Path> file) {
    this.output = output;
    this.file = file;
  }

  /** One line for people only. */
  void say(Supplier<String> text) {
    if (!output.isJson()) {
      output.write(Map.of(), text);
    }
  }

  /**
   * One measurement.
   *
   * @param measured keys and values; CPU, JDK and commit follow, in the file the time too
   * @param text the same for people
   */
  void write(Map<String, Object> measured, Supplier<String> text) {
    Machine machine = MachineProbe.machine();
    Map<String, Object> line = new LinkedHashMap<>(measured);
    line.put("cpu", machine.cpu());
    line.put("jdk", machine.jdk());
    line.put("commit", BuildVersion.commit());
    output.write(line, text);
    if (file.isPresent()) {
      line.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      append(file.get(), Json.line(line));
    }
  }

  private static void append(Path file, String line) {
    try {
      String before = Files.exists(file) ? Files.readString(file) : "";
      String separator = before.isEmpty() || before.endsWith("\n") ? "" : "\n";
      AtomicFile.write(file, (before + separator + line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException(new IOException("cannot read " + file + ": " + failure.getMessage(), failure));
    }
  }
}
