package io.github.tern4j.nn;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.util.Set;

/** Named tensors to load parameters from: model files, or another model in memory. */
public interface TensorSource {

  /** All names. */
  Set<String> names();

  /** Dimensions of a tensor. */
  Shape shape(String name);

  /** The values of a tensor, widened to F32, in a new array on the host. */
  Tensor floats(String name);
}
