package io.github.tern4j.nn;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;

/** A linear map of the last dimension, in full precision or quantized. */
public interface Projection {

  /**
   * Applies the map.
   *
   * @param x {@code [.., in]}, contiguous
   * @return {@code [.., out]}
   */
  Variable apply(Tape tape, Variable x);
}
