package io.github.tern4j.tensor.vector;

/**
 * Sums of blocks of 16 rows of one weight with rounded activations: an integer for each row and group, in an order of its own.
 */
sealed interface IntegerRows permits Int4Rows, Int8Rows {

  /** Rows of x that share the loading of weights. */
  int TOKENS = 4;

  /** Shorts of a row of x in the order in which its products read it. */
  int arrangedLength();

  /** A row of x in that order, from the order of columns. */
  void arrange(short[] codes, short[] arranged, int to);

  /** Sums of {@code rows} weight rows from {@code first} on, a multiple of 16, with one arranged row of x. */
  void multiply(int first, int rows, short[] x, int xAt, int[] sums, int to);

  /** As {@link #multiply} for {@value #TOKENS} rows of x, one after the other; their sums lie {@code stride} apart. */
  default void multiplyTokens(int first, int rows, short[] x, int xAt, int[] sums, int stride) {
    for (int token = 0; token < TOKENS; token++) {
      multiply(first, rows, x, xAt + token * arrangedLength(), sums, token * stride);
    }
  }

  /** Lanes of the rows from their sums and all scales but those of whole rows: of row r to {@code lanes[r LANES]} and behind. */
  void scale(int first, int rows, int[] sums, int at, float[] xScales, int xScaleAt, float[] lanes);
}
