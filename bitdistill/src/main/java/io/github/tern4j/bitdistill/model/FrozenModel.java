package io.github.tern4j.bitdistill.model;

import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.file.Bf16Matrices;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that is not trained, such as a teacher, with the files that its matrices may lie in.
 *
 * @param model the model, usable until {@link #close}
 * @param files what it was loaded from
 */
public record FrozenModel(TrainableModel model, Checkpoint files) implements AutoCloseable {

  /**
   * Loads a model.
   *
   * @param weights how its matrices are held; left open, those that are BF16 in the files stay so, which changes no bit of what
   *     the model computes, and others are F32
   * @throws BadInputException when files are missing, broken or do not fit the configuration, or when BF16 is asked for a model
   *     with ternary projections, which are quantized from F32
   */
  public static FrozenModel open(Path directory, Backend backend, Optional<FrozenWeights> weights) {
    Checkpoint files = Checkpoint.open(directory);
    try {
      QwenConfig config = QwenConfig.fromJson(files.config());
      TensorSource tensors = source(directory, config, files.model(), weights);
      ParameterSource source = ParameterSource.loaded(backend, directory.toString(), tensors, false);
      FrozenModel frozen = new FrozenModel(TrainableModel.build(config, source, backend), files);
      if (!(tensors instanceof Bf16Matrices && hasBf16(files.model()))) {
        // Nothing lies in the files, so their pages need not stay resident.
        files.close();
      }
      return frozen;
    } catch (Throwable thrown) {
      files.close();
      throw thrown;
    }
  }

  private static TensorSource source(Path directory, QwenConfig config, ModelFiles files, Optional<FrozenWeights> weights) {
    boolean ternary = config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent();
    if (ternary && weights.equals(Optional.of(FrozenWeights.BF16))) {
      throw new BadInputException(directory + ": a model with ternary projections, whose weights are F32; expected a "
          + "full-precision model for weights in BF16");
    }
    return ternary || weights.equals(Optional.of(FrozenWeights.F32)) ? files : new Bf16Matrices(files, weights.isPresent());
  }

  private static boolean hasBf16(ModelFiles files) {
    return files.names().stream().anyMatch(name -> files.type(name) == SafetensorsType.BF16);
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    files.close();
  }
}
