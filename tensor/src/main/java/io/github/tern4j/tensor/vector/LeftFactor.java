package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP_STRIDE;

import io.github.tern4j.tensor.kernel.MatmulKernel;

/**
 * A packed matrix that is multiplied by one panel of lanes after the other: {@code out[r][lane] = sum_k left[r][k] right[k][lane]},
 * where right and out hold {@link MatmulTile#COLUMNS} lanes in each row.
 */
final class LeftFactor {

  private final int blockSize;
  private final float[] packed;
  private final float[] sums = new float[MatmulTile.ROWS * COLUMNS];

  private LeftFactor(int blockSize, float[] packed) {
    this.blockSize = blockSize;
    this.packed = packed;
  }

  /** The matrix {@code x[at + r * stride + k]}, packed into the working memory of this thread. */
  static LeftFactor ofRows(float[] x, int at, int stride, int rows, int depth, Scratch scratch) {
    int blockSize = paddedRows(rows) / GROUP * GROUP_STRIDE;
    float[] packed = scratch.atLeast(Math.ceilDiv(depth, MatmulKernel.K_BLOCK) * blockSize);
    for (int k = 0; k < depth; k += MatmulKernel.K_BLOCK) {
      int blockDepth = Math.min(MatmulKernel.K_BLOCK, depth - k);
      MatmulPacking.packRows(x, at + k, stride, rows, blockDepth, packed, k / MatmulKernel.K_BLOCK * blockSize);
    }
    return new LeftFactor(blockSize, packed);
  }

  /** The transposed matrix {@code x[at + k * stride + r]}, packed into the working memory of this thread. */
  static LeftFactor ofColumns(float[] x, int at, int stride, int rows, int depth, Scratch scratch) {
    int blockSize = paddedRows(rows) / GROUP * GROUP_STRIDE;
    float[] packed = scratch.atLeast(Math.ceilDiv(depth, MatmulKernel.K_BLOCK) * blockSize);
    for (int k = 0; k < depth; k += MatmulKernel.K_BLOCK) {
      int blockDepth = Math.min(MatmulKernel.K_BLOCK, depth - k);
      MatmulPacking.packTransposedRows(x, at + k * stride, stride, rows, blockDepth, packed, k / MatmulKernel.K_BLOCK * blockSize);
    }
    return new LeftFactor(blockSize, packed);
  }

  /** Rows rounded up to whole tiles: what {@code out} has to have room for. */
  static int paddedRows(int rows) {
    return Math.ceilDiv(rows, MatmulTile.ROWS) * MatmulTile.ROWS;
  }

  /** The product of the first {@code rows} rows and {@code depth} columns with a panel. */
  void multiply(int rows, int depth, float[] right, int rightAt, float[] out, int outAt) {
    for (int k = 0; k < depth; k += MatmulKernel.K_BLOCK) {
      int blockDepth = Math.min(MatmulKernel.K_BLOCK, depth - k);
      int block = k / MatmulKernel.K_BLOCK * blockSize;
      int computed;
      for (int row = 0; row < rows; row += computed) {
        int group = block + row / GROUP * GROUP_STRIDE;
        int to = outAt + row * COLUMNS;
        if (k == 0) {
          computed = MatmulTile.multiply(rows - row, packed, group, right, rightAt, blockDepth, out, to);
        } else {
          computed = MatmulTile.multiply(rows - row, packed, group, right, rightAt + k * COLUMNS, blockDepth, sums, 0);
          MatmulTile.put(sums, computed, COLUMNS, out, to, COLUMNS, true);
        }
      }
    }
  }
}
