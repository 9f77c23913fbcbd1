package io.github.tern4j.tensor.scalar;

/**
 * Products of blocks of weight rows with the activations of a token; for one thread. Rows are copied into an array together,
 * and what the JIT compiles first goes over one of them.
 */
interface BlockProduct {

  /** Most rows of a block. */
  int ROWS = 16;

  /** The products of {@code rows} rows from {@code first} on, to {@code out[outAt]} and behind. */
  void multiply(int first, int rows, float[] out, int outAt);
}
