package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One case of a golden set: its manifest and its tensor files, which are opened when first asked for. */
final class GoldenDirectory implements AutoCloseable {

  static final String MANIFEST = "manifest.json";

  private final Path path;
  private final JsonNode manifest;
  private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();

  private GoldenDirectory(Path path, JsonNode manifest) {
    this.path = path;
    this.manifest = manifest;
  }

  static GoldenDirectory open(Path path) {
    return new GoldenDirectory(path, JsonFile.read(path.resolve(MANIFEST)).node());
  }

  /** Name of the case. */
  String name() {
    return path.getFileName().toString();
  }

  /** The directory itself. */
  Path path() {
    return path;
  }

  /** Everything the manifest says. */
  JsonNode manifest() {
    return manifest;
  }

  /** What the manifest says about an expected tensor. */
  JsonNode expected(String file, String tensor) {
    JsonNode described = manifest.path("expected").path(file).path(tensor);
    if (described.isMissingNode()) {
      throw new BadInputException(path.resolve(MANIFEST) + ": no tensor " + file + ":" + tensor + "; expected its limits");
    }
    return described;
  }

  /** What the manifest says about a scalar. */
  JsonNode scalar(String name) {
    JsonNode described = manifest.path("scalars").path(name);
    if (described.isMissingNode()) {
      throw new BadInputException(path.resolve(MANIFEST) + ": no scalar " + name + "; expected its value and limit");
    }
    return described;
  }

  /** Dimensions of a tensor. */
  Shape shape(String file, String tensor) {
    return open(file).shape(tensor);
  }

  /** A float tensor on the host. */
  Tensor floats(String file, String tensor) {
    return open(file).floats(tensor);
  }

  /** The elements of an integer tensor. */
  long[] longs(String file, String tensor) {
    return open(file).longs(tensor);
  }

  /** The elements of an integer tensor of ids, labels or positions. */
  int[] ints(String file, String tensor) {
    return open(file).ints(tensor);
  }

  private SafetensorsFile open(String file) {
    return files.computeIfAbsent(file, name -> SafetensorsFile.open(path.resolve(name)));
  }

  @Override
  public void close() {
    files.values().forEach(SafetensorsFile::close);
  }
}
