package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.bitdistill.json.Json;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSet;
import io.github.tern4j.nn.file.AtomicDirectory;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.CheckpointContents;
import io.github.tern4j.nn.file.PiecewiseCopy;
import io.github.tern4j.nn.file.StoredTraining;
import io.github.tern4j.nn.file.TrainingState;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * Saves and resumes a training. A resumed training does the same steps with the same bits: weights and moments are stored in F32,
 * batches are a function of the step, and the history goes on.
 */
public final class TrainingCheckpoints {

  private final Path directory;
  private final long everySteps;
  private final long seed;

  /** Checkpoints in {@code directory}, one every {@code everySteps} steps, each in place of the one before. */
  public TrainingCheckpoints(Path directory, long everySteps, long seed) {
    this.directory = directory;
    this.everySteps = everySteps;
    this.seed = seed;
  }

  /**
   * What a session keeps beside weights and moments.
   *
   * @param history the curves
   * @param sums values not yet averaged into a point of a curve
   * @param constants numbers found before the first step
   * @param tokens tokens that have taken part
   */
  record State(History history, Map<String, Double> sums, Map<String, Double> constants, long tokens) {

    static State start() {
      return new State(new History(), Map.of(), Map.of(), 0);
    }
  }

  boolean due(long step) {
    return step % everySteps == 0;
  }

  void save(TrainableModel model, AdamW optimizer, State state) {
    Backend backend = model.backend();
    Checkpoint.save(directory, CheckpointContents.of(model.config().toJson(), ModelFolder.weights(model.network().parameters()))
        .withTraining(new TrainingState(optimizer.steps(), seed, state.tokens,
            onHost(backend, optimizer.firstMoments()), onHost(backend, optimizer.secondMoments()),
            Json.mapper().valueToTree(state))));
  }

  private static Map<String, Tensor> onHost(Backend backend, Map<String, Tensor> tensors) {
    Map<String, Tensor> readable = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> readable.put(name, backend.onHost(tensor)));
    return readable;
  }

  /**
   * Puts weights and moments of the newest checkpoint in place, piece by piece, and returns the rest, when there is a checkpoint.
   *
   * @throws BadInputException when the checkpoint is broken, of another model or of another seed
   */
  Optional<State> resume(ParameterSet parameters, AdamW optimizer) {
    AtomicDirectory.recover(directory);
    if (!Files.exists(directory)) {
      return Optional.empty();
    }
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.all().forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      checkpoint.requireWeights(shapes);
      return checkpoint.training(shapes).map(training -> {
        try (training) {
          return resume(checkpoint, training, parameters, optimizer);
        }
      });
    }
  }

  private State resume(Checkpoint checkpoint, StoredTraining training, ParameterSet parameters, AdamW optimizer) {
    if (training.seed() != seed) {
      throw new BadInputException(directory + ": is of a training with seed " + training.seed() + "; expected seed " + seed);
    }
    PiecewiseCopy copy = new PiecewiseCopy(parameters.backend());
    for (Parameter parameter : parameters.all()) {
      String name = parameter.name();
      copy.copy(checkpoint.model(), name, parameter.value());
      training.copyMoments(name, optimizer.firstMoments().get(name), optimizer.secondMoments().get(name), copy);
    }
    optimizer.continueAfter(training.step());
    return loop(training.loop());
  }

  private State loop(ObjectNode json) {
    try {
      return Json.mapper().treeToValue(json, State.class);
    } catch (JacksonException failure) {
      throw new BadInputException(
          directory + ": state of the training: " + failure.getOriginalMessage() + "; expected what a training saved", failure);
    }
  }

  /** Removes the checkpoints of a training that has ended. */
  public static void remove(Path directory) {
    AtomicDirectory.recover(directory);
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(directory + ": cannot be removed: " + failure.getMessage(), failure);
    }
  }
}
