package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@link Checkpoint#save} writes.
 *
 * @param config the model's {@code config.json}; {@code torch_dtype} is added
 * @param weights parameters by name, contiguous on the host
 * @param weightType type of the weights in the file: F32, BF16 or F16
 * @param maxShardBytes most data of one weight file
 * @param files files to copy, by the names that the copies get, such as {@code tokenizer.json}
 * @param training state of the training, where it is to go on
 */
public record CheckpointContents(ObjectNode config, Map<String, Tensor> weights, SafetensorsType weightType, long maxShardBytes,
    Map<String, Path> files, Optional<TrainingState> training) {

  /** Hugging Face's default. */
  private static final long MAX_SHARD_BYTES = 5_000_000_000L;

  /** Checks the type. */
  public CheckpointContents {
    if (!weightType.widensToFloat()) {
      throw new IllegalArgumentException("checkpoint: weights as " + weightType + "; expected F32, BF16 or F16");
    }
    files = Map.copyOf(files);
  }

  /** A model in F32 alone. */
  public static CheckpointContents of(ObjectNode config, Map<String, Tensor> weights) {
    return new CheckpointContents(config, weights, SafetensorsType.F32, MAX_SHARD_BYTES, Map.of(), Optional.empty());
  }

  /** The same with the weights stored in another type; a training that is to go on with the same bits needs F32. */
  public CheckpointContents withWeightType(SafetensorsType changed) {
    return new CheckpointContents(config, weights, changed, maxShardBytes, files, training);
  }

  /** The same with smaller or larger weight files. */
  public CheckpointContents withMaxShardBytes(long changed) {
    return new CheckpointContents(config, weights, weightType, changed, files, training);
  }

  /** The same with files to copy under their own names. */
  public CheckpointContents withFiles(List<Path> changed) {
    return withFiles(changed.stream().collect(Collectors.toMap(file -> file.getFileName().toString(), Function.identity())));
  }

  /** The same with files to copy, by the names that the copies get. */
  public CheckpointContents withFiles(Map<String, Path> changed) {
    return new CheckpointContents(config, weights, weightType, maxShardBytes, changed, training);
  }

  /** The same with the state of a training. */
  public CheckpointContents withTraining(TrainingState state) {
    return new CheckpointContents(config, weights, weightType, maxShardBytes, files, Optional.of(state));
  }
}
