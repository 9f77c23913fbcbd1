package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;

/** Products of few rows of x with weights of floats, parallel over weight rows: each weight is read from its memory once. */
final class FewRowsProduct {

  private final RangeTask task;
  private final Scratch sumScratch = new Scratch();
  private float[] arranged = new float[0];
  private FloatMatrix weight;
  private int rows;
  private float[] out;
  private int outAt;

  FewRowsProduct(Workers workers) {
    this.task = new RangeTask(workers, this::multiply);
  }

  /** The product of operands that fit. */
  void product(FloatMatrix weight, Tensor x, Tensor out) {
    int columns = weight.columns();
    this.weight = weight;
    this.rows = x.dim(0);
    this.out = out.array();
    this.outAt = out.arrayOffset();
    if (arranged.length < rows * columns) {
      arranged = new float[rows * columns];
    }
    for (int row = 0; row < rows; row++) {
      DenseRows.arrange(weight, x.array(), x.arrayOffset() + row * columns, arranged, row * columns);
    }
    int size = VectorDenseProduct.taskBlocks(weight.rowBytes()) * LaneFold.ROWS;
    VectorDenseProduct.run(task, (long) rows * weight.rows() * columns, weight.rows(), size);
    this.weight = null;
    this.out = null;
  }

  private void multiply(int from, int to) {
    float[] sums = sumScratch.atLeast(LaneFold.ROWS * Summation.LANES);
    for (int output = from; output < to; output += LaneFold.ROWS) {
      int present = Math.min(LaneFold.ROWS, to - output);
      for (int row = 0; row < rows; row++) {
        DenseRows.multiply(weight, output, present, arranged, row * weight.columns(), sums, out,
            outAt + row * weight.rows() + output);
      }
    }
  }
}
