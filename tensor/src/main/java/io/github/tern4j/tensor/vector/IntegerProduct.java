package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.IntegerMatrix;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Products with weights of integers, parallel over weight rows: x is rounded once, then a block of weight rows is read from
 * memory once for all rows of x.
 *
 * @param <M> the format of the weights
 */
final class IntegerProduct<M extends IntegerMatrix> {

  private final IntegerRows<M> leaf;
  private final RangeTask task;
  private final ThreadLocal<int[]> sumScratch = ThreadLocal.withInitial(() -> new int[0]);
  private final Scratch laneScratch = new Scratch();
  private short[] codes = new short[0];
  private short[] arranged = new short[0];
  private float[] scales = new float[0];
  private M weight;
  private int rows;
  private float[] out;
  private int outAt;

  IntegerProduct(IntegerRows<M> leaf, Workers workers) {
    this.leaf = leaf;
    this.task = new RangeTask(workers, this::multiply);
  }

  /**
   * The product of operands that fit.
   *
   * @param out {@code [rows, out]} from {@code outAt} on
   */
  void product(M weight, Tensor x, float[] out, int outAt) {
    this.weight = weight;
    this.rows = x.dim(0);
    this.out = out;
    this.outAt = outAt;
    round(x);
    int size = VectorDenseProduct.taskBlocks(weight.byteSize() / Math.max(1, weight.rows())) * LaneFold.ROWS;
    VectorDenseProduct.run(task, (long) rows * weight.rows() * weight.columns(), weight.rows(), size);
    this.weight = null;
    this.out = null;
  }

  private void round(Tensor x) {
    int columns = weight.columns();
    int length = leaf.arrangedLength(weight);
    if (codes.length < columns) {
      codes = new short[columns];
    }
    if (arranged.length < rows * length) {
      arranged = new short[rows * length];
    }
    if (scales.length < rows * weight.groups()) {
      scales = new float[rows * weight.groups()];
    }
    for (int row = 0; row < rows; row++) {
      weight.roundActivations(x.array(), x.arrayOffset() + row * columns, codes, scales, row * weight.groups());
      leaf.arrange(weight, codes, arranged, row * length);
    }
  }

  private void multiply(int from, int to) {
    int[] sums = sums(IntegerRows.TOKENS * LaneFold.ROWS * leaf.sumsPerRow(weight));
    float[] lanes = laneScratch.atLeast(LaneFold.ROWS * Summation.LANES);
    for (int output = from; output < to; output += LaneFold.ROWS) {
      multiply(output, Math.min(LaneFold.ROWS, to - output), sums, lanes);
    }
  }

  private int[] sums(int length) {
    if (sumScratch.get().length < length) {
      sumScratch.set(new int[length]);
    }
    return sumScratch.get();
  }

  /** Products of a block of weight rows with all rows of x. */
  private void multiply(int first, int present, int[] sums, float[] lanes) {
    int length = leaf.arrangedLength(weight);
    int stride = LaneFold.ROWS * leaf.sumsPerRow(weight);
    int row = 0;
    for (; row <= rows - IntegerRows.TOKENS; row += IntegerRows.TOKENS) {
      leaf.multiplyTokens(weight, first, present, arranged, row * length, sums, stride);
      for (int token = 0; token < IntegerRows.TOKENS; token++) {
        finish(first, present, sums, token * stride, row + token, lanes);
      }
    }
    for (; row < rows; row++) {
      leaf.multiply(weight, first, present, arranged, row * length, sums, 0);
      finish(first, present, sums, 0, row, lanes);
    }
  }

  /** Outputs of a block of weight rows from their sums with a row of x. */
  private void finish(int first, int present, int[] sums, int at, int row, float[] lanes) {
    leaf.scale(weight, first, present, sums, at, scales, row * weight.groups(), lanes);
    LaneFold.fold(lanes);
    leaf.finish(weight, first, present, lanes, out, outAt + row * weight.rows() + first);
  }
}
