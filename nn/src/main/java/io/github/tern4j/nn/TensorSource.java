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

  /**
   * What the parameter of this name is made of: {@link #floats}, or for a model that is not trained a tensor in native memory in
   * another type, which stays where it is.
   */
  default Tensor parameter(String name) {
    return floats(name);
  }
}
