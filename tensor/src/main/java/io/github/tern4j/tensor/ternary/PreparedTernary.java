package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.Tensor;

/**
 * A ternary matrix {@code [out, in]} in the form in which one kernel multiplies it fastest: made once, multiplied often. Like
 * the kernel that made it, it serves one thread at a time.
 */
public interface PreparedTernary {

  /**
   * The product, as {@link io.github.tern4j.tensor.kernel.TernaryProductKernel#product} defines it.
   *
   * @param input activations {@code [rows, in]}, an input of the kernel that made this weight
   * @param out {@code [rows, out]}, overwritten, contiguous
   */
  void product(TernaryInput input, Tensor out);

  /**
   * The product with activations that no other product shares.
   *
   * @param codes I8 in native memory, {@code [rows, in]}, contiguous
   * @param gamma {@code [rows]}
   * @param out {@code [rows, out]}, overwritten, contiguous
   */
  void product(Tensor codes, Tensor gamma, Tensor out);

  /** Bytes that one product with a single row of codes reads. */
  long byteSize();
}
