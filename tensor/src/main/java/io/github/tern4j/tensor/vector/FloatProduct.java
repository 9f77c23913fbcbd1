package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Products with weights of floats, parallel over weight rows. Few rows of x meet the weights in their memory, each weight being
 * read from there once; for many rows weights are widened into panels. Both sum in the same order.
 */
final class FloatProduct {

  /** Rows of x for which panels are worth their packing. */
  private static final int PANEL_ROWS = 7;

  /** Rows of x that are packed at a time. */
  private static final int ROW_BLOCK = 240;

  private final Workers workers;
  private final FewRowsProduct fewRows;
  private final Scratch sumScratch = new Scratch();
  private final Scratch squareScratch = new Scratch();
  private final Scratch panelScratch = new Scratch();
  private float[] packed = new float[0];

  FloatProduct(Workers workers) {
    this.workers = workers;
    this.fewRows = new FewRowsProduct(workers);
  }

  /** The product of operands that fit. */
  void product(FloatMatrix weight, Tensor x, Tensor out) {
    int rows = x.dim(0);
    if (rows < PANEL_ROWS) {
      fewRows.product(weight, x, out);
    } else {
      for (int row = 0; row < rows; row += ROW_BLOCK) {
        multiplyTiles(weight, x, row, Math.min(ROW_BLOCK, rows - row), out);
      }
    }
  }

  private void multiplyTiles(FloatMatrix weight, Tensor x, int row, int rows, Tensor out) {
    float[] packed = atLeast(Summation.LANES * DenseTiles.laneStride(weight, rows));
    int xAt = x.arrayOffset() + row * weight.columns();
    run(weight, rows, Math.ceilDiv(rows, MatmulTile.ROWS), 1, (from, to) -> {
      for (int first = from * MatmulTile.ROWS; first < to * MatmulTile.ROWS; first += MatmulTile.GROUP) {
        DenseTiles.pack(weight, x.array(), xAt, first, rows, packed);
      }
    });
    run(weight, rows, weight.rows(), MatmulTile.COLUMNS, (from, to) -> {
      float[] panel = panelScratch.atLeast(Summation.LANES * DensePanel.laneStride(weight));
      float[] sums = sumScratch.atLeast(DenseTiles.sumsLength());
      for (int output = from; output < to; output += MatmulTile.COLUMNS) {
        int columns = Math.min(MatmulTile.COLUMNS, to - output);
        DensePanel.pack(weight, output, columns, squareScratch.atLeast(WordTranspose.SIZE), panel);
        DenseTiles.multiply(weight, output, columns, packed, rows, panel, sums, out.array(),
            out.arrayOffset() + row * weight.rows());
      }
    });
  }

  private void run(FloatMatrix weight, int rows, int total, int size, Ranges.Body body) {
    VectorDenseProduct.run(workers, (long) rows * weight.rows() * weight.columns(), total, size, body);
  }

  private float[] atLeast(int length) {
    if (packed.length < length) {
      packed = new float[length];
    }
    return packed;
  }
}
