package io.github.tern4j.nn.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Documents of a text file: separated by lines that hold only {@code <|endoftext|>}.
 *
 * <p>A file without such a line is one running text. It comes in pieces that end at a blank line, so that neither a file of any
 * size has to fit into memory nor each short paragraph becomes a document of its own.
 */
final class TextDocuments implements DocumentReader {
  private static final String SEPARATOR = "<|endoftext|>";

  /** A piece of running text ends at the first blank line after this many characters: some 16,000 tokens. */
  private static final int PIECE_CHARACTERS = 1 << 16;

  /** Text without any blank line is cut at a line end after this many characters. */
  private static final int LONGEST_PIECE_CHARACTERS = 1 << 20;

  private final boolean separated;
  private final Utf8Lines lines;

  TextDocuments(Path file) {
    separated = hasSeparator(file);
    lines = new Utf8Lines(file);
  }

  @Override
  public Optional<String> next() {
    var document = new StringBuilder();
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (isEnd(line.get(), document.length())) {
        if (!document.toString().isBlank()) {
          return Optional.of(withoutLastLineBreak(document));
        }
        document.setLength(0);
      } else {
        document.append(line.get()).append('\n');
        if (!separated && document.length() >= LONGEST_PIECE_CHARACTERS) {
          return Optional.of(withoutLastLineBreak(document));
        }
      }
    }
    return document.toString().isBlank() ? Optional.empty() : Optional.of(withoutLastLineBreak(document));
  }

  @Override
  public void close() {
    lines.close();
  }

  private boolean isEnd(String line, int charactersBefore) {
    return separated ? line.equals(SEPARATOR) : charactersBefore >= PIECE_CHARACTERS && line.isBlank();
  }

  private static String withoutLastLineBreak(StringBuilder text) {
    return text.substring(0, text.length() - 1);
  }

  /** Looks ahead with a reader of its own; in a separated file the first document is all it reads. */
  private static boolean hasSeparator(Path file) {
    try (var lines = new Utf8Lines(file)) {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        if (line.get().equals(SEPARATOR)) {
          return true;
        }
      }
      return false;
    }
  }
}
