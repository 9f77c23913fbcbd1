package io.github.tern4j.bitdistill.model;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.nn.ParameterSet;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.CheckpointContents;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Models as Hugging Face directories. */
public final class ModelFolder {

  private static final String TOKENIZER = "tokenizer.json";

  private ModelFolder() {}

  /**
   * Loads a model.
   *
   * @param trained whether its parameters get gradients
   * @throws BadInputException when files are missing, broken or do not fit the configuration
   */
  public static TrainableModel load(Path directory, Backend backend, boolean trained) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      QwenConfig config = QwenConfig.fromJson(checkpoint.config());
      ParameterSource source = ParameterSource.loaded(backend, directory.toString(), checkpoint.model(), trained);
      return TrainableModel.build(config, source, backend);
    }
  }

  /**
   * The tokenizer file of a model.
   *
   * @throws BadInputException when there is none
   */
  public static Path tokenizer(Path directory) {
    Path file = directory.resolve(TOKENIZER);
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + ": no such file; expected a model folder with its tokenizer");
    }
    return file;
  }

  /** Saves a model in F32 with its tokenizer, a file of any name. */
  public static void save(TrainableModel model, Path tokenizer, Path directory) {
    Checkpoint.save(directory, CheckpointContents.of(model.config().toJson(), weights(model.network().parameters()))
        .withFiles(Map.of(TOKENIZER, tokenizer)));
  }

  /** All parameters on the host, by name, for reading: those of a CPU backend are shared, since copies double the memory. */
  public static Map<String, Tensor> weights(ParameterSet parameters) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Parameter parameter : parameters.all()) {
      weights.put(parameter.name(), parameters.backend().onHost(parameter.value()));
    }
    return weights;
  }
}
