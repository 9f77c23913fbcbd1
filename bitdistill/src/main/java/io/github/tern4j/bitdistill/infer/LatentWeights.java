package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.file.StoredTensors;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Tensor;

/** Weights as training keeps them, brought into a format for inference; BF16 files are used where they are mapped. */
final class LatentWeights implements WeightSource {

  private final QwenConfig config;
  private final TensorSource tensors;
  private final WeightFormat format;
  private final Backend backend;

  /**
   * Checks names, shapes and format.
   *
   * @param origin what to call the source in messages
   * @throws BadInputException when the tensors are not those of the model, or the format is for another kind of model
   */
  LatentWeights(QwenConfig config, String origin, TensorSource tensors, WeightFormat format, Backend backend) {
    boolean student = config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent();
    if (student != format.ternary()) {
      throw new BadInputException(origin + ": weights as " + format + " for a " + (student ? "ternary" : "full-precision")
          + " model; expected " + (student ? "TERNARY or TERNARY_BF16" : "F32 or BF16"));
    }
    ModelLayout.of(config, origin, tensors).check(origin, tensors);
    this.config = config;
    this.tensors = tensors;
    this.format = format;
    this.backend = backend;
  }

  @Override
  public DenseWeight table(String name) {
    return dense(name, format.tables());
  }

  @Override
  public WeightMatrix projection(String name) {
    return format.ternary()
        ? new TernaryWeight(TernaryWeight.pack(tensors.floats(name), config.bitDistill().orElseThrow(), backend), backend)
        : dense(name, format.projections());
  }

  private DenseWeight dense(String name, DType type) {
    if (type == DType.F32) {
      return new F32Weight(tensors.floats(name), backend);
    }
    boolean stored = tensors instanceof StoredTensors files && files.type(name) == SafetensorsType.BF16;
    return new Bf16Weight(stored ? ((StoredTensors) tensors).tensor(name) : Bf16Weight.round(tensors.floats(name)), backend);
  }

  @Override
  public Tensor vector(String name) {
    return tensors.floats(name);
  }

  @Override
  public void close() {
    if (tensors instanceof StoredTensors files) {
      files.close();
    }
  }
}
