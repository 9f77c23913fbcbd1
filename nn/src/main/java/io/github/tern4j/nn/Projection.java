package io.github.tern4j.nn;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.LinearInput;

/**
 * A linear map of the last dimension, in full precision or quantized. It has two steps, so that projections of one input (queries,
 * keys and values; gate and up) prepare it once: all projections of a {@link ProjectionFactory} prepare in the same way.
 */
@FunctionalInterface
public interface Projection {

  /**
   * What {@link #product} multiplies: {@code x} itself, or its quantized values.
   *
   * @param x {@code [.., in]}, contiguous
   */
  default LinearInput prepare(Tape tape, Variable x) {
    return new LinearInput.Floats(x);
  }

  /**
   * The product of a prepared input with the weight.
   *
   * @param prepared input {@code [.., in]} from {@link #prepare} of this projection or of another one of the same factory
   * @return {@code [.., out]}
   */
  Variable product(Tape tape, LinearInput prepared);

  /**
   * Applies the map: both steps.
   *
   * @param x {@code [.., in]}, contiguous
   * @return {@code [.., out]}
   */
  default Variable apply(Tape tape, Variable x) {
    return product(tape, prepare(tape, x));
  }
}
