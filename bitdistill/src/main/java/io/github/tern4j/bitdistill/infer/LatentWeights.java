package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.file.StoredTensors;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.FloatMatrix;
import java.util.function.Supplier;

/** Weights as training keeps them, brought into a format for inference; files that have the format already are used where they are mapped. */
final class LatentWeights implements WeightSource {

  private final QwenConfig config;
  private final String origin;
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
      throw new BadInputException(origin + ": projections as " + format.projections() + " for a "
          + (student ? "ternary" : "full-precision") + " model; expected " + (student ? "TERNARY" : "F32, BF16 or F16"));
    }
    ModelLayout.of(config, origin, tensors).check(origin, tensors);
    this.config = config;
    this.origin = origin;
    this.tensors = tensors;
    this.format = format;
    this.backend = backend;
  }

  @Override
  public TableWeight table(String name) {
    return checked(name, () -> format.tables().convert(stored(tensors, name), backend));
  }

  @Override
  public WeightMatrix projection(String name) {
    return format.ternary()
        ? new TernaryWeight(TernaryWeight.pack(tensors.floats(name), config.bitDistill().orElseThrow(), backend), backend)
        : checked(name, () -> new DenseWeight(NativeFloats.as(format.projections(), stored(tensors, name)), backend));
  }

  private <W extends WeightMatrix> W checked(String name, Supplier<W> weight) {
    try {
      return weight.get();
    } catch (IllegalArgumentException wrongValues) {
      throw new BadInputException(origin + ": " + name + ": " + wrongValues.getMessage(), wrongValues);
    }
  }

  /** Values {@code [out, in]}: those of a file where they are mapped, others as a copy. */
  static FloatMatrix stored(TensorSource tensors, String name) {
    return tensors instanceof StoredTensors files && files.type(name).widensToFloat()
        ? new FloatMatrix(files.tensor(name))
        : NativeFloats.copy(tensors.floats(name));
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
