package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Loads the models of a golden set, which are directories as Hugging Face lays them out. */
final class GoldenModel {

  private GoldenModel() {}

  /** The model in a directory; {@code trained} says whether its parameters get gradients. */
  static TrainableModel load(Path directory, Backend backend, boolean trained) {
    return load(directory, UnaryOperator.identity(), backend, trained);
  }

  /** The same with weights that {@code changed} makes from the stored ones. */
  static TrainableModel load(Path directory, UnaryOperator<TensorSource> changed, Backend backend, boolean trained) {
    try (ModelFiles files = ModelFiles.open(directory)) {
      ParameterSource source = ParameterSource.loaded(backend, directory.toString(), changed.apply(files), trained);
      return TrainableModel.build(QwenConfig.fromJson(directory), source, backend);
    }
  }
}
