package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.TernaryFile;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.FutureTask;

/**
 * A {@code .ternary} file that another thread opens while the options of a command are read: in a program that has just begun,
 * either takes a quarter of a second.
 */
final class HeadStart {

  private static final String MODEL = "--model";

  private final Path path;
  private final FutureTask<TernaryFile> file;
  private final FutureTask<Optional<Tokenizer>> tokenizer;

  private HeadStart(Path path) {
    this.path = path;
    this.file = new FutureTask<>(() -> TernaryFile.openUnread(path));
    this.tokenizer = new FutureTask<>(() -> file().tokenizer());
  }

  /** Begins with a file. */
  static HeadStart of(Path path) {
    HeadStart start = new HeadStart(path);
    Background.start("head start", () -> {
      start.file.run();
      start.tokenizer.run();
      return start;
    });
    return start;
  }

  /** Begins with the file that a command line seems to name, if it does. */
  static Optional<HeadStart> ofArguments(String... args) {
    for (int i = 0; i < args.length; i++) {
      boolean isNext = args[i].equals(MODEL) && i + 1 < args.length;
      if (isNext || args[i].startsWith(MODEL + "=")) {
        Path path = Path.of(isNext ? args[i + 1] : args[i].substring(MODEL.length() + 1));
        return Files.isRegularFile(path) ? Optional.of(of(path)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether this has begun with a file. */
  boolean isOf(Path other) {
    return path.equals(other);
  }

  /** The file, whose projections have not been read. */
  TernaryFile file() {
    return Background.result(file);
  }

  /** The tokenizer in the file. */
  Optional<Tokenizer> tokenizer() {
    return Background.result(tokenizer);
  }
}
