package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.dense.IntegerMatrix;

/**
 * Sums of groups of blocks of 16 rows of a weight with rounded activations, in an order of its own. Without state, so that no
 * product makes an object.
 *
 * @param <M> the format of the weight
 */
sealed interface IntegerRows<M extends IntegerMatrix> permits Int4Rows, Int8Rows, PlanedRows {

  /** Rows of x that share the loading of weights. */
  int TOKENS = 4;

  /** Shorts of a row of x in the order in which its products read it. */
  int arrangedLength(M weight);

  /** Integers for each weight row and row of x. */
  int sumsPerRow(M weight);

  /** A row of x in that order, from the order of columns. */
  void arrange(M weight, short[] codes, short[] arranged, int to);

  /** Sums of {@code rows} weight rows from {@code first} on, a multiple of 16, with one arranged row of x. */
  void multiply(M weight, int first, int rows, short[] x, int xAt, int[] sums, int to);

  /** As {@link #multiply} for {@value #TOKENS} rows of x, one after the other; their sums lie {@code stride} apart. */
  default void multiplyTokens(M weight, int first, int rows, short[] x, int xAt, int[] sums, int stride) {
    for (int token = 0; token < TOKENS; token++) {
      multiply(weight, first, rows, x, xAt + token * arrangedLength(weight), sums, token * stride);
    }
  }

  /** Lanes of the rows from their sums and all scales but those of whole rows: of row r to {@code lanes[r LANES]} and behind. */
  void scale(M weight, int first, int rows, int[] sums, int at, float[] xScales, int xScaleAt, float[] lanes);

  /**
   * {@code out[outAt + r] = rowScale sums[r] + 0} for folded lanes. Not through {@code IntegerMatrix}, whose many classes would
   * cost a call through a table for each row.
   */
  void finish(M weight, int first, int rows, float[] sums, float[] out, int outAt);
}
