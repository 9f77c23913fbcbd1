package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The weights of a model: one safetensors file, or several shards that {@code model.safetensors.index.json} lists. */
public final class ModelFiles implements StoredTensors {

  /** Name of the file of a model that fits one. */
  public static final String SINGLE = "model.safetensors";

  /** Name of the file that lists the shards of a larger model. */
  public static final String INDEX = "model.safetensors.index.json";

  private static final String WEIGHT_MAP = "weight_map";

  private final Path origin;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();

  private ModelFiles(Path origin, List<SafetensorsFile> files) {
    this.origin = origin;
    this.files = files;
    for (SafetensorsFile file : files) {
      for (String name : file.names()) {
        SafetensorsFile first = fileOf.putIfAbsent(name, file);
        if (first != null) {
          throw new BadInputException(file + ": tensor " + Quoted.name(name) + " is in " + first.file().getFileName()
              + " too; expected every tensor in one shard");
        }
      }
    }
  }

  /**
   * Opens a model.
   *
   * @param path a directory (with {@value #SINGLE}, or else {@value #INDEX}), a safetensors file or an index
   * @throws BadInputException when files are missing, are not what they should be, or do not fit the index
   */
  public static ModelFiles open(Path path) {
    if (!Files.isDirectory(path)) {
      return path.toString().endsWith(".json") ? openShards(path) : openSingle(path);
    }
    if (Files.exists(path.resolve(SINGLE))) {
      return openSingle(path.resolve(SINGLE));
    }
    if (Files.exists(path.resolve(INDEX))) {
      return openShards(path.resolve(INDEX));
    }
    throw new BadInputException(path + ": no model weights; expected " + SINGLE + " or " + INDEX);
  }

  /**
   * Whether a directory has any file with weights, be it only a shard whose index is missing.
   *
   * @throws BadInputException when it cannot be read
   */
  public static boolean areIn(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.safetensors*")) {
      return files.iterator().hasNext();
    } catch (IOException failure) {
      throw FileFailure.reading(directory, failure);
    }
  }

  private static ModelFiles openSingle(Path file) {
    return new ModelFiles(file, List.of(SafetensorsFile.open(file)));
  }

  private static ModelFiles openShards(Path index) {
    Map<String, Path> shardOf = shards(index);
    List<SafetensorsFile> files = new ArrayList<>();
    try {
      for (Path shard : shardOf.values().stream().distinct().toList()) {
        files.add(SafetensorsFile.open(shard));
      }
      ModelFiles model = new ModelFiles(index, List.copyOf(files));
      model.requireAgreement(shardOf);
      return model;
    } catch (Throwable thrown) {
      files.forEach(SafetensorsFile::close);
      throw thrown;
    }
  }

  /** The shard of every tensor by the index; all shards that are not there are reported together. */
  private static Map<String, Path> shards(Path index) {
    JsonObject weightMap = JsonFile.read(index).object(WEIGHT_MAP);
    Map<String, Path> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : weightMap.node().properties()) {
      shardOf.put(entry.getKey(), shard(index, weightMap, entry.getKey()));
    }
    List<String> missing = shardOf.values().stream().distinct().filter(shard -> !Files.exists(shard))
        .map(shard -> shard.getFileName().toString()).toList();
    if (!missing.isEmpty()) {
      throw new BadInputException(index + ": missing shards " + String.join(", ", missing) + "; expected them beside the index");
    }
    return shardOf;
  }

  /** An index from elsewhere must not lead out of its directory. */
  private static Path shard(Path index, JsonObject weightMap, String name) {
    String shard = weightMap.text(name);
    boolean isName = shard.endsWith(".safetensors")
        && shard.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    try {
      if (isName) {
        return index.resolveSibling(shard);
      }
    } catch (InvalidPathException e) {
      throw new BadInputException(index + ": shard " + Quoted.name(shard) + "; expected a name that this file system allows", e);
    }
    throw weightMap.wrong(name, "the name of a safetensors file beside the index");
  }

  private void requireAgreement(Map<String, Path> shardOf) {
    List<String> problems = new ArrayList<>();
    shardOf.forEach((name, shard) -> {
      SafetensorsFile holder = fileOf.get(name);
      if (holder == null) {
        problems.add(Quoted.name(name) + " is not in " + shard.getFileName());
      } else if (!holder.file().equals(shard)) {
        problems.add(Quoted.name(name) + " is in " + holder.file().getFileName() + ", not in " + shard.getFileName());
      }
    });
    fileOf.forEach((name, holder) -> {
      if (!shardOf.containsKey(name)) {
        problems.add(Quoted.name(name) + " of " + holder.file().getFileName() + " is not listed");
      }
    });
    if (!problems.isEmpty()) {
      throw new BadInputException(origin + ": " + String.join("; ", problems)
          + "; expected the tensors of every shard as listed");
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(fileOf.keySet());
  }

  @Override
  public SafetensorsType type(String name) {
    return holding(name).type(name);
  }

  @Override
  public Shape shape(String name) {
    return holding(name).shape(name);
  }

  @Override
  public Tensor tensor(String name) {
    return holding(name).tensor(name);
  }

  @Override
  public Tensor floats(String name) {
    return holding(name).floats(name);
  }

  @Override
  public long[] longs(String name) {
    return holding(name).longs(name);
  }

  @Override
  public int[] ints(String name) {
    return holding(name).ints(name);
  }

  @Override
  public MemorySegment bytes(String name) {
    return holding(name).bytes(name);
  }

  /** The metadata of all shards; where two differ, the first one's. */
  @Override
  public Map<String, String> metadata() {
    Map<String, String> all = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      file.metadata().forEach(all::putIfAbsent);
    }
    return all;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }

  private SafetensorsFile holding(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new BadInputException(origin + ": tensor " + Quoted.name(name) + " is missing; expected one of "
          + Quoted.line(names().toString()));
    }
    return file;
  }

  @Override
  public String toString() {
    return origin.toString();
  }
}
