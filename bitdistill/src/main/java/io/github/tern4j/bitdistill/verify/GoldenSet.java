package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A golden set: a directory with {@code index.json}, which lists every file with size and SHA-256, and one directory for each
 * case.
 *
 * @param path the directory
 * @param cases names of the case directories in the order of the index
 */
public record GoldenSet(Path path, List<String> cases) {

  private static final String INDEX = "index.json";

  /** Copies the list. */
  public GoldenSet {
    cases = List.copyOf(cases);
  }

  /**
   * Reads the index and verifies all files against it.
   *
   * @throws BadInputException when this is no golden set, or a file is missing or differs
   */
  public static GoldenSet open(Path path) {
    Path index = path.resolve(INDEX);
    if (!Files.isRegularFile(index)) {
      throw new BadInputException(path + ": no golden set: there is no " + INDEX + "; expected the directory that holds it");
    }
    JsonNode files = JsonFile.read(index).node().path("files");
    if (!files.isArray() || files.isEmpty()) {
      throw new BadInputException(index + ": no list of files; expected {\"files\": [{\"path\", \"bytes\", \"sha256\"}, ..]}");
    }
    Set<String> cases = new LinkedHashSet<>();
    for (JsonNode file : files) {
      Path relative = Path.of(file.path("path").asString()).normalize();
      if (relative.isAbsolute() || relative.startsWith("..")) {
        throw new BadInputException(index + ": file '" + relative + "' lies outside; expected a path inside the set");
      }
      verify(path.resolve(relative), file.path("bytes").asLong(), file.path("sha256").asString());
      if (relative.getNameCount() == 2 && relative.endsWith(GoldenDirectory.MANIFEST)) {
        cases.add(relative.getName(0).toString());
      }
    }
    if (cases.isEmpty()) {
      throw new BadInputException(index + ": no case in the list; expected files named CASE/" + GoldenDirectory.MANIFEST);
    }
    return new GoldenSet(path, new ArrayList<>(cases));
  }

  /** Opens the directory of a case. */
  GoldenDirectory directory(String name) {
    return GoldenDirectory.open(path.resolve(name));
  }

  private static void verify(Path file, long bytes, String sha256) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new BadInputException(file + ": missing; expected " + bytes + " bytes as the golden set's index says");
      }
      long size = Files.size(file);
      if (size != bytes) {
        throw new BadInputException(file + ": " + size + " bytes; expected " + bytes + " as the golden set's index says");
      }
      String actual = sha256(file);
      if (!actual.equals(sha256)) {
        throw new BadInputException(file + ": SHA-256 is " + actual + "; expected " + sha256 + " as the golden set's index says");
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digesting = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digesting.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
