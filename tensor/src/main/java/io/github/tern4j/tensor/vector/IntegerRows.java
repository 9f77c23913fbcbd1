package io.github.tern4j.tensor.vector;

/** Lane sums of blocks of rows of one weight with rounded activations. */
sealed interface IntegerRows permits Int8Rows {

  /** Rows of x that share the loading of weights. */
  int TOKENS = 4;

  /** Lane sums of {@code rows} weight rows with one row of x: of weight row r to {@code sums[r LANES]} and behind. */
  void multiply(int first, int rows, short[] codes, int codesAt, int[] sums);

  /** As {@link #multiply} for {@value #TOKENS} rows of x, one after the other; their sums lie {@code stride} apart. */
  void multiplyTokens(int first, int rows, short[] codes, int codesAt, int[] sums, int stride);
}
