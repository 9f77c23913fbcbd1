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

  /**
   * Most rows of x that are packed at a time, whole tiles: for each block weights are read and widened anew, and the sums of a
   * block stay in the second-level cache.
   */
  private static final int ROW_BLOCK = 516;

  private final Workers workers;
  private final FewRowsProduct fewRows;
  private final Scratch sumScratch = new Scratch();
  private final Scratch squareScratch = new Scratch();
  private final Scratch interleavedScratch = new Scratch();
  private final Scratch wordScratch = new Scratch();
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
      // Blocks of equal size: a small one at the end would cost as much reading of weights as the others.
      int tiles = Math.ceilDiv(rows, MatmulTile.ROWS);
      int block = Math.ceilDiv(tiles, Math.ceilDiv(rows, ROW_BLOCK)) * MatmulTile.ROWS;
      for (int row = 0; row < rows; row += block) {
        multiplyTiles(weight, x, row, Math.min(block, rows - row), out);
      }
    }
  }

  private void multiplyTiles(FloatMatrix weight, Tensor x, int row, int rows, Tensor out) {
    float[] packed = atLeast(DenseTiles.packedLength(weight, rows));
    int xAt = x.arrayOffset() + row * weight.columns();
    run(weight, rows, Math.ceilDiv(rows, MatmulTile.ROWS), 1, (from, to) -> {
      float[] interleaved = interleavedScratch.atLeast(DenseTiles.interleavedLength(weight));
      for (int first = from * MatmulTile.ROWS; first < to * MatmulTile.ROWS; first += MatmulTile.GROUP) {
        DenseTiles.pack(weight, x.array(), xAt, first, rows, interleaved, packed);
      }
    });
    run(weight, rows, weight.rows(), MatmulTile.COLUMNS, (from, to) -> {
      float[] words = wordScratch.atLeast(DensePanel.wordsLength(weight));
      float[] panel = panelScratch.atLeast(DensePanel.size(weight));
      float[] sums = sumScratch.atLeast(DenseTiles.sumsLength(rows));
      for (int output = from; output < to; output += MatmulTile.COLUMNS) {
        int columns = Math.min(MatmulTile.COLUMNS, to - output);
        DensePanel.sort(weight, output, columns, squareScratch.atLeast(WordTranspose.SIZE), words);
        DenseTiles.multiply(weight, output, columns, packed, rows, words, panel, sums, out.array(),
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
