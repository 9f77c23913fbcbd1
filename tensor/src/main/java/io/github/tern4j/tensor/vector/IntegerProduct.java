package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.IntegerMatrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Products with weights of integers, parallel over weight rows: x is rounded once, then a block of weight rows is read from
 * memory once for all rows of x.
 */
final class IntegerProduct {

  private final Workers workers;
  private final ThreadLocal<int[]> sumScratch = ThreadLocal.withInitial(() -> new int[0]);
  private final Scratch laneScratch = new Scratch();
  private short[] codes = new short[0];
  private short[] arranged = new short[0];
  private float[] scales = new float[0];

  IntegerProduct(Workers workers) {
    this.workers = workers;
  }

  /** The product of operands that fit. */
  void product(IntegerMatrix weight, Tensor x, Tensor out) {
    int rows = x.dim(0);
    IntegerRows leaf = switch (weight) {
      case Int8Matrix matrix -> new Int8Rows(matrix);
      case Int4Matrix matrix -> new Int4Rows(matrix);
      case PlanedInt8Matrix matrix -> new PlanedRows(matrix);
    };
    round(weight, leaf, x, rows);
    int size = VectorDenseProduct.taskBlocks(weight.byteSize() / Math.max(1, weight.rows())) * LaneFold.ROWS;
    VectorDenseProduct.run(workers, (long) rows * weight.rows() * weight.columns(), weight.rows(), size, (from, to) -> {
      int[] sums = sums(IntegerRows.TOKENS * LaneFold.ROWS * leaf.sumsPerRow());
      float[] lanes = laneScratch.atLeast(LaneFold.ROWS * Summation.LANES);
      for (int output = from; output < to; output += LaneFold.ROWS) {
        multiply(weight, leaf, output, Math.min(LaneFold.ROWS, to - output), rows, sums, lanes, out);
      }
    });
  }

  private int[] sums(int length) {
    if (sumScratch.get().length < length) {
      sumScratch.set(new int[length]);
    }
    return sumScratch.get();
  }

  /** Products of a block of weight rows with all rows of x. */
  private void multiply(IntegerMatrix weight, IntegerRows leaf, int first, int present, int rows, int[] sums, float[] lanes,
      Tensor out) {
    int length = leaf.arrangedLength();
    int stride = LaneFold.ROWS * leaf.sumsPerRow();
    int row = 0;
    for (; row <= rows - IntegerRows.TOKENS; row += IntegerRows.TOKENS) {
      leaf.multiplyTokens(first, present, arranged, row * length, sums, stride);
      for (int token = 0; token < IntegerRows.TOKENS; token++) {
        leaf.scale(first, present, sums, token * stride, scales, (row + token) * weight.groups(), lanes);
        fold(leaf, first, present, lanes, out, row + token);
      }
    }
    for (; row < rows; row++) {
      leaf.multiply(first, present, arranged, row * length, sums, 0);
      leaf.scale(first, present, sums, 0, scales, row * weight.groups(), lanes);
      fold(leaf, first, present, lanes, out, row);
    }
  }

  private static void fold(IntegerRows leaf, int first, int present, float[] lanes, Tensor out, int row) {
    LaneFold.fold(lanes);
    leaf.finish(first, present, lanes, out.array(), out.arrayOffset() + row * out.dim(1) + first);
  }

  private void round(IntegerMatrix weight, IntegerRows leaf, Tensor x, int rows) {
    int columns = weight.columns();
    if (codes.length < columns) {
      codes = new short[columns];
    }
    if (arranged.length < rows * leaf.arrangedLength()) {
      arranged = new short[rows * leaf.arrangedLength()];
    }
    if (scales.length < rows * weight.groups()) {
      scales = new float[rows * weight.groups()];
    }
    for (int row = 0; row < rows; row++) {
      weight.roundActivations(x.array(), x.arrayOffset() + row * columns, codes, scales, row * weight.groups());
      leaf.arrange(codes, arranged, row * leaf.arrangedLength());
    }
  }
}
