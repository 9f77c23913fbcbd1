package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** JSON files of one object: valid UTF-8, read as {@link JsonTree} does, written indented and {@linkplain AtomicFile at once}. */
public final class JsonFile {

  /** Larger files are refused unread: nothing that is configuration comes near, but a wrong path may. */
  private static final long MOST_BYTES = 256L << 20;

  private JsonFile() {}

  /**
   * Reads the object in {@code file}.
   *
   * @throws BadInputException when the file is not there or not such JSON
   */
  public static JsonObject read(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      if (!Files.isRegularFile(file)) {
        throw new BadInputException(file + ": not a file; expected a JSON file");
      }
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES) {
        throw new BadInputException(file + ": " + bytes + " bytes; expected a JSON file of at most " + MOST_BYTES);
      }
      return parse(file.toString(), decode(file.toString(), Files.readAllBytes(file)));
    } catch (IOException e) {
      throw FileFailure.reading(file, e);
    }
  }

  /**
   * Reads the object in {@code json}, for example a text inside another file.
   *
   * @param where what to call the text in messages
   * @throws BadInputException when it is not such JSON
   */
  public static JsonObject parse(String where, String json) {
    try {
      if (JsonTree.read(json) instanceof ObjectNode object) {
        return new JsonObject(where, object);
      }
      throw new BadInputException(where + ": not a JSON object; expected {...}");
    } catch (JacksonException e) {
      throw broken(where, e);
    }
  }

  /**
   * Replaces {@code file} by {@code object}.
   *
   * @throws UncheckedIOException with one line, when the file system fails; the old content is untouched
   */
  public static void write(Path file, ObjectNode object) {
    AtomicFile.write(file, (JsonTree.writer().writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Decodes UTF-8 and refuses what is none, where a plain conversion would put replacement characters. */
  static String decode(String where, byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new BadInputException(where + ": not valid UTF-8; expected JSON in UTF-8", e);
    }
  }

  static BadInputException broken(String where, JacksonException e) {
    String at = e.getLocation() == null || e.getLocation().getLineNr() < 0
        ? ""
        : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
    return new BadInputException(where + ": not valid JSON" + at + ": " + Quoted.line(e.getOriginalMessage())
        + "; expected well-formed JSON with every key once", e);
  }
}
