package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.KeyValueOptions;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** What a command that reads one text remembers of it. */
final class KeyValueFlags {

  @Option(names = "--kv", paramLabel = "FORMAT", defaultValue = "F32",
      description = "Keys and values of the text in memory: ${COMPLETION-CANDIDATES} (default: f32).")
  private KeyValueFormat format;

  @Option(names = "--window", paramLabel = "N",
      description = "Attend to the last N tokens only and forget the others; texts may then be longer than the model's context.")
  private Optional<Integer> window;

  /** The options. */
  KeyValueOptions options() {
    return new KeyValueOptions(format, window.isPresent() ? OptionalInt.of(window.get()) : OptionalInt.empty());
  }
}
