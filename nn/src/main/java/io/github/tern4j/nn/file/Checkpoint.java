package io.github.tern4j.nn.file;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Hugging Face model directory ({@code config.json}, {@code model.safetensors} or shards, {@code tokenizer.json}), and beside
 * the model the state of its training: {@code training_state.safetensors} with {@code first_moment.NAME} and
 * {@code second_moment.NAME} of every parameter in F32, and {@code training_state.json} with {@code step}, {@code seed},
 * {@code tokens_seen} and {@code loop}.
 */
public final class Checkpoint implements AutoCloseable {

  private static final String CONFIG = "config.json";
  private static final String STATE_TENSORS = "training_state.safetensors";
  private static final String STATE = "training_state.json";

  /** What checkpoints consist of; a directory with anything else is not one that may be replaced. */
  private static final Set<String> OWN_FILES = Set.of(CONFIG, "generation_config.json", ModelFiles.SINGLE, ModelFiles.INDEX,
      "tokenizer.json", "tokenizer_config.json", STATE_TENSORS, STATE);

  private static final Predicate<String> IS_SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors").asMatchPredicate();

  private final Path directory;
  private final JsonObject config;
  private final ModelFiles model;

  private Checkpoint(Path directory, JsonObject config, ModelFiles model) {
    this.directory = directory;
    this.config = config;
    this.model = model;
  }

  /**
   * Writes a checkpoint as a whole, in place of an older one.
   *
   * @throws BadInputException when {@code directory} holds what no checkpoint has, since replacing it would delete that
   * @throws UncheckedIOException with one line, when the file system fails; an older checkpoint is untouched
   */
  public static void save(Path directory, CheckpointContents contents) {
    AtomicDirectory.recover(directory);
    requireReplaceable(directory, contents.files().keySet());
    AtomicDirectory.replace(directory, building -> {
      ObjectNode config = contents.config().deepCopy().put("torch_dtype", torchName(contents.weightType()));
      JsonFile.write(building.resolve(CONFIG), config);
      for (Map.Entry<String, Path> file : contents.files().entrySet()) {
        copy(file.getValue(), building.resolve(file.getKey()));
      }
      SafetensorsWriter weights = new SafetensorsWriter();
      contents.weights().forEach((name, tensor) -> weights.add(name, tensor, contents.weightType()));
      weights.writeModel(building, contents.maxShardBytes());
      contents.training().ifPresent(state -> write(state, building));
    });
  }

  private static void requireReplaceable(Path directory, Set<String> copied) {
    if (!Files.exists(directory)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw new BadInputException(directory + ": is a file; expected a directory for a checkpoint, or nothing yet");
    }
    try (Stream<Path> held = Files.list(directory)) {
      Optional<String> foreign = held.map(path -> path.getFileName().toString())
          .filter(name -> !OWN_FILES.contains(name) && !copied.contains(name) && !IS_SHARD.test(name))
          .sorted().findFirst();
      if (foreign.isPresent()) {
        throw new BadInputException(directory + ": holds " + Quoted.name(foreign.get())
            + ", which would be deleted; expected an empty or new directory, or an older checkpoint");
      }
    } catch (IOException e) {
      throw FileFailure.reading(directory, e);
    }
  }

  private static void copy(Path file, Path target) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + ": no such file; expected a file to copy into the checkpoint");
    }
    Files.copy(file, target);
  }

  private static String torchName(SafetensorsType type) {
    return switch (type) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      default -> "float32";
    };
  }

  private static void write(TrainingState state, Path building) {
    SafetensorsWriter moments = new SafetensorsWriter();
    state.firstMoments().forEach((name, moment) -> moments.add(StoredTraining.FIRST_MOMENT + name, moment, SafetensorsType.F32));
    state.secondMoments().forEach((name, moment) -> moments.add(StoredTraining.SECOND_MOMENT + name, moment, SafetensorsType.F32));
    moments.write(building.resolve(STATE_TENSORS));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("step", state.step()).put("seed", state.seed()).put("tokens_seen", state.tokensSeen()).set("loop", state.loop());
    JsonFile.write(building.resolve(STATE), json);
  }

  /**
   * Opens a checkpoint or any Hugging Face model directory; what a killed run left beside it is cleared first.
   *
   * @throws BadInputException when files are missing or not what they should be
   */
  public static Checkpoint open(Path directory) {
    Path parent = directory.toAbsolutePath().normalize().getParent();
    if (parent != null && Files.isWritable(parent)) {
      AtomicDirectory.recover(directory);
    }
    if (!Files.isDirectory(directory)) {
      throw new BadInputException(directory + ": no such directory; expected a model with " + CONFIG);
    }
    JsonObject config = JsonFile.read(directory.resolve(CONFIG));
    return new Checkpoint(directory, config, ModelFiles.open(directory));
  }

  /** The content of {@code config.json}. */
  public JsonObject config() {
    return config;
  }

  /** The weights, mapped until {@link #close}. */
  public ModelFiles model() {
    return model;
  }

  /**
   * Refuses weights that are not those of a model.
   *
   * @param shapes shape of every parameter
   * @throws BadInputException naming all missing, superfluous and mis-shaped tensors
   */
  public void requireWeights(Map<String, Shape> shapes) {
    requireShapes(model.toString(), model, shapes);
  }

  /**
   * The state of the training, where the checkpoint has one; the caller closes it.
   *
   * @param shapes shape of every trained parameter
   * @throws BadInputException naming all missing, superfluous and mis-shaped moments, or a wrong key
   */
  public Optional<StoredTraining> training(Map<String, Shape> shapes) {
    if (!Files.exists(directory.resolve(STATE))) {
      return Optional.empty();
    }
    JsonObject json = JsonFile.read(directory.resolve(STATE));
    SafetensorsFile moments = SafetensorsFile.open(directory.resolve(STATE_TENSORS));
    try {
      Map<String, Shape> momentShapes = new LinkedHashMap<>();
      shapes.forEach((name, shape) -> {
        momentShapes.put(StoredTraining.FIRST_MOMENT + name, shape);
        momentShapes.put(StoredTraining.SECOND_MOMENT + name, shape);
      });
      requireShapes(moments.toString(), moments, momentShapes);
      return Optional.of(new StoredTraining(json.wholeNumber("step"), json.wholeNumber("seed"), json.wholeNumber("tokens_seen"),
          moments, json.object("loop").node()));
    } catch (Throwable thrown) {
      moments.close();
      throw thrown;
    }
  }

  private static void requireShapes(String where, TensorSource tensors, Map<String, Shape> shapes) {
    List<String> problems = new ArrayList<>();
    shapes.forEach((name, shape) -> {
      if (!tensors.names().contains(name)) {
        problems.add("missing " + name + " " + shape);
      } else if (!tensors.shape(name).equals(shape)) {
        problems.add(name + " has shape " + tensors.shape(name) + ", expected " + shape);
      }
    });
    for (String name : tensors.names()) {
      if (!shapes.containsKey(name)) {
        problems.add("unexpected " + Quoted.line(name) + " " + Quoted.line(tensors.shape(name).toString()));
      }
    }
    if (!problems.isEmpty()) {
      throw new BadInputException(where + ": tensors do not fit the model: " + String.join("; ", problems));
    }
  }

  /** Unmaps the weights. */
  @Override
  public void close() {
    model.close();
  }
}
