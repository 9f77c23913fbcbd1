package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The lines of a text file, gzip or not, decoded strictly: a byte that is no UTF-8 is an error that names its line. */
final class Utf8Lines implements AutoCloseable {
  /** No row of a data set is longer; a file without line breaks must not fill the memory. */
  private static final int LONGEST_LINE_BYTES = 1 << 24;

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number;

  Utf8Lines(Path file) {
    this.file = file;
    try {
      var raw = Files.newInputStream(file);
      try {
        var plain = file.toString().endsWith(".gz") ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
        in = new BufferedInputStream(plain, BUFFER_BYTES);
      } catch (IOException e) {
        raw.close();
        throw e;
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** File and number of the line last returned, the first being 1. */
  String where() {
    return file + ":" + number;
  }

  /** The next line without its break ({@code \n} or {@code \r\n}); empty at the end of the file. */
  Optional<String> next() {
    line.reset();
    try {
      number++;
      int b = in.read();
      if (b < 0) {
        return Optional.empty();
      }
      for (; b >= 0 && b != '\n'; b = in.read()) {
        if (line.size() == LONGEST_LINE_BYTES) {
          throw new BadInputException(
              where() + ": the line is longer than " + LONGEST_LINE_BYTES + " bytes; expected one row a line");
        }
        line.write(b);
      }
    } catch (IOException e) {
      throw failure(e);
    }
    return Optional.of(decode());
  }

  private String decode() {
    try {
      var text = decoder.decode(ByteBuffer.wrap(line.toByteArray())).toString();
      int from = number == 1 && text.startsWith("\uFEFF") ? 1 : 0;
      return text.substring(from, text.endsWith("\r") ? text.length() - 1 : text.length());
    } catch (CharacterCodingException e) {
      throw new BadInputException(where() + ": the line is not valid UTF-8; expected UTF-8 text", e);
    }
  }

  private RuntimeException failure(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> new BadInputException(file + ": no such file", missing);
      case ZipException broken -> new BadInputException(where() + ": the gzip data is broken: " + broken.getMessage(), broken);
      case EOFException broken -> new BadInputException(where() + ": the gzip data is cut off", broken);
      default -> new UncheckedIOException(file + ": " + e.getMessage(), e);
    };
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }
}
