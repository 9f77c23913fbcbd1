package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.BadInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a text file line by line, strictly as UTF-8; a name ending in {@code .gz} is unpacked. Lines end with LF or CR LF, which
 * are not part of them; a byte order mark at the start is dropped.
 */
public final class Utf8Lines implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  /** A longer line is no text, and reading on would only end when memory does. */
  private static final int LONGEST_LINE_BYTES = 1 << 28;

  private final Path file;
  private final InputStream in;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long bufferOffset;
  private long lineNumber;

  /**
   * Opens a file.
   *
   * @throws BadInputException if there is no such file or it is not gzip although its name says so
   */
  public Utf8Lines(Path file) {
    this.file = file;
    in = open(file);
  }

  /** The number of the line that {@link #next} returned last, from 1. */
  public long lineNumber() {
    return lineNumber;
  }

  /**
   * The next line, or empty at the end.
   *
   * @throws BadInputException if it is not UTF-8, or the file cannot be read on; the message names the file and the byte offset
   */
  public Optional<String> next() {
    int end = endOfLine();
    if (end < 0) {
      return Optional.empty();
    }
    int textEnd = end > position && end < limit && buffer[end - 1] == '\r' ? end - 1 : end;
    String line = StrictUtf8.decode(buffer, position, textEnd, file, bufferOffset + position);
    position = Math.min(end + 1, limit);
    lineNumber++;
    return Optional.of(lineNumber == 1 && line.startsWith("\ufeff") ? line.substring(1) : line);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Index of the LF that ends the line at {@code position}, or the limit at the end of the file, or -1 if nothing is left. */
  private int endOfLine() {
    int scanned = position;
    while (true) {
      for (int i = scanned; i < limit; i++) {
        if (buffer[i] == '\n') {
          return i;
        }
      }
      scanned = limit - position;
      if (!fill()) {
        return position == limit ? -1 : limit;
      }
    }
  }

  /** Moves the unread bytes to the front and reads more behind them. */
  private boolean fill() {
    int unread = limit - position;
    System.arraycopy(buffer, position, buffer, 0, unread);
    bufferOffset += position;
    position = 0;
    limit = unread;
    if (unread == buffer.length) {
      if (unread >= LONGEST_LINE_BYTES) {
        throw new BadInputException("%s: line %d is longer than %d bytes; expected text in lines"
            .formatted(file, lineNumber + 1, LONGEST_LINE_BYTES));
      }
      buffer = Arrays.copyOf(buffer, unread * 2);
    }
    try {
      int read = in.read(buffer, unread, buffer.length - unread);
      limit += Math.max(0, read);
      return read > 0;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static InputStream open(Path file) {
    InputStream raw = null;
    try {
      raw = Files.newInputStream(file);
      return file.toString().endsWith(".gz") ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
    } catch (IOException e) {
      closeQuietly(raw, e);
      throw unreadable(file, e);
    }
  }

  private static void closeQuietly(InputStream raw, IOException failure) {
    try {
      if (raw != null) {
        raw.close();
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static BadInputException unreadable(Path file, IOException e) {
    String message = switch (e) {
      case NoSuchFileException missing -> "no such file; expected a text file";
      case ZipException damaged -> "is not intact gzip (" + damaged.getMessage() + "); expected a gzip file";
      case EOFException cut -> "ends in the middle of its gzip data; expected a whole gzip file";
      default -> "cannot be read (" + e.getMessage() + ")";
    };
    return new BadInputException(file + ": " + message, e);
  }
}
