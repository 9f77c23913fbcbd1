package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Failures of the file system in one line: {@code file: cannot be written: No space left on device}. */
final class FileFailure {

  private FileFailure() {}

  /** The old content, if any, is untouched when this is thrown. */
  static UncheckedIOException writing(Path file, IOException cause) {
    return failed(file + ": cannot be written: " + reason(cause), cause);
  }

  /** A file that is not there is bad input; a disk that fails is not. */
  static RuntimeException reading(Path file, IOException cause) {
    String line = file + ": cannot be read: " + reason(cause);
    return cause instanceof NoSuchFileException || cause instanceof AccessDeniedException
        ? new BadInputException(line, cause)
        : failed(line, cause);
  }

  /** The cause carries the line too, since callers may print either. */
  private static UncheckedIOException failed(String line, IOException cause) {
    return new UncheckedIOException(line, new IOException(line, cause));
  }

  private static String reason(IOException cause) {
    return switch (cause) {
      case NoSuchFileException missing -> "no such file or directory";
      case AccessDeniedException denied -> "access denied";
      case ClosedByInterruptException interrupt -> "interrupted";
      case FileSystemException failure when failure.getReason() != null -> failure.getReason();
      default -> cause.getMessage() == null ? cause.getClass().getSimpleName() : Quoted.line(cause.getMessage());
    };
  }
}
