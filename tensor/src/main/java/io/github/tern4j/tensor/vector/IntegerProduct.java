package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.IntegerMatrix;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Products with weights of integers, parallel over weight rows: x is rounded once, then a block of weight rows is read from
 * memory once for all rows of x.
 */
final class IntegerProduct {

  private static final int BLOCK_LANES = LaneFold.ROWS * Summation.LANES;

  private final Workers workers;
  private final ThreadLocal<int[]> sumScratch = ThreadLocal.withInitial(() -> new int[IntegerRows.TOKENS * BLOCK_LANES]);
  private final Scratch laneScratch = new Scratch();
  private short[] codes = new short[0];
  private float[] scales = new float[0];

  IntegerProduct(Workers workers) {
    this.workers = workers;
  }

  /** The product of operands that fit. */
  void product(IntegerMatrix weight, Tensor x, Tensor out) {
    int rows = x.dim(0);
    round(weight, x, rows);
    IntegerRows leaf = switch (weight) {
      case Int8Matrix matrix -> new Int8Rows(matrix);
    };
    int size = VectorDenseProduct.taskBlocks(weight.columns()) * LaneFold.ROWS;
    VectorDenseProduct.run(workers, (long) rows * weight.rows() * weight.columns(), weight.rows(), size, (from, to) -> {
      int[] sums = sumScratch.get();
      float[] lanes = laneScratch.atLeast(BLOCK_LANES);
      for (int output = from; output < to; output += LaneFold.ROWS) {
        multiply(weight, leaf, output, Math.min(LaneFold.ROWS, to - output), rows, sums, lanes, out);
      }
    });
  }

  /** Products of a block of weight rows with all rows of x. */
  private void multiply(IntegerMatrix weight, IntegerRows leaf, int first, int present, int rows, int[] sums, float[] lanes,
      Tensor out) {
    int row = 0;
    for (; row <= rows - IntegerRows.TOKENS; row += IntegerRows.TOKENS) {
      leaf.multiplyTokens(first, present, codes, row * weight.columns(), sums, BLOCK_LANES);
      for (int token = 0; token < IntegerRows.TOKENS; token++) {
        fold(weight, first, present, sums, token * BLOCK_LANES, row + token, lanes, out);
      }
    }
    for (; row < rows; row++) {
      leaf.multiply(first, present, codes, row * weight.columns(), sums);
      fold(weight, first, present, sums, 0, row, lanes, out);
    }
  }

  private void fold(IntegerMatrix weight, int first, int present, int[] sums, int at, int row, float[] lanes, Tensor out) {
    Int8Dot.scale(sums, at, present, scales, row * weight.groups(), lanes);
    LaneFold.fold(lanes);
    int to = out.arrayOffset() + row * weight.rows() + first;
    for (int i = 0; i < present; i++) {
      out.array()[to + i] = weight.rowScale(first + i) * lanes[i] + 0;
    }
  }

  private void round(IntegerMatrix weight, Tensor x, int rows) {
    if (codes.length < rows * weight.columns()) {
      codes = new short[rows * weight.columns()];
    }
    if (scales.length < rows * weight.groups()) {
      scales = new float[rows * weight.groups()];
    }
    for (int row = 0; row < rows; row++) {
      int at = row * weight.columns();
      weight.roundActivations(x.array(), x.arrayOffset() + at, codes, at, scales, row * weight.groups());
    }
  }
}
