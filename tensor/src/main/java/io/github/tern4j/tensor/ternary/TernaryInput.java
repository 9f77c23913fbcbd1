package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.Tensor;

/**
 * Activations that several products with prepared weights read: what a kernel derives from them, such as tables of their sums,
 * is derived once for all of these products, in memory that is used again for the next activations. Made by
 * {@link io.github.tern4j.tensor.kernel.TernaryProductKernel#input}, for weights prepared by the same kernel.
 */
public interface TernaryInput {

  /**
   * Takes other activations, or the same memory with other content; it must not change until all products with it are done.
   *
   * @param codes I8 in native memory, {@code [rows, in]}, contiguous
   * @param gamma {@code [rows]}: largest magnitudes of the rows
   */
  void set(Tensor codes, Tensor gamma);

  /** The codes. */
  Tensor codes();

  /** The largest magnitudes. */
  Tensor gamma();
}
