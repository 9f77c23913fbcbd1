package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;

import io.github.tern4j.tensor.kernel.MatmulKernel;

/**
 * A packed matrix that is multiplied by one panel of lanes after the other:
 * {@code out[r][lane] = sum_k left[r][k] right[k][lane]}, where right and out hold {@link MatmulTile#COLUMNS} lanes in each row.
 */
final class LeftFactor {

  private static final Scratch SUMS = new Scratch();

  private final int groupStride;
  private final int blockSize;
  private final float[] packed;

  private LeftFactor(int groupStride, int blockSize, float[] packed) {
    this.groupStride = groupStride;
    this.blockSize = blockSize;
    this.packed = packed;
  }

  /** The matrix {@code x[at + r * stride + k]}, packed into the working memory of this thread. */
  static LeftFactor ofRows(float[] x, int at, int stride, int rows, int depth, Scratch scratch) {
    int groupStride = MatmulTile.groupStride(Math.min(depth, MatmulKernel.K_BLOCK));
    int blockSize = MatmulTile.paddedRows(rows) / GROUP * groupStride;
    float[] packed = scratch.atLeast(Math.ceilDiv(depth, MatmulKernel.K_BLOCK) * blockSize);
    for (int k = 0; k < depth; k += MatmulKernel.K_BLOCK) {
      int blockDepth = Math.min(MatmulKernel.K_BLOCK, depth - k);
      MatmulPacking.packRows(x, at + k, stride, rows, blockDepth, packed,
          k / MatmulKernel.K_BLOCK * blockSize, groupStride);
    }
    return new LeftFactor(groupStride, blockSize, packed);
  }

  /** The transposed matrix {@code x[at + k * stride + r]}, packed into the working memory of this thread. */
  static LeftFactor ofColumns(float[] x, int at, int stride, int rows, int depth, Scratch scratch) {
    int groupStride = MatmulTile.groupStride(Math.min(depth, MatmulKernel.K_BLOCK));
    int blockSize = MatmulTile.paddedRows(rows) / GROUP * groupStride;
    float[] packed = scratch.atLeast(Math.ceilDiv(depth, MatmulKernel.K_BLOCK) * blockSize);
    for (int k = 0; k < depth; k += MatmulKernel.K_BLOCK) {
      int blockDepth = Math.min(MatmulKernel.K_BLOCK, depth - k);
      MatmulPacking.packTransposedRows(x, at + k * stride, stride, rows, blockDepth, packed,
          k / MatmulKernel.K_BLOCK * blockSize, groupStride);
    }
    return new LeftFactor(groupStride, blockSize, packed);
  }

  /** The product of the first {@code rows} rows and {@code depth} columns with a panel. */
  void multiply(int rows, int depth, float[] right, int rightAt, float[] out, int outAt) {
    float[] sums = SUMS.atLeast(MatmulTile.ROWS * COLUMNS);
    for (int k = 0; k < depth; k += MatmulKernel.K_BLOCK) {
      int blockDepth = Math.min(MatmulKernel.K_BLOCK, depth - k);
      int block = k / MatmulKernel.K_BLOCK * blockSize;
      for (int row = 0; row < rows; row += MatmulTile.height(rows - row)) {
        int group = block + row / GROUP * groupStride;
        int to = outAt + row * COLUMNS;
        if (k == 0) {
          MatmulTile.multiply(rows - row, packed, group, groupStride, right, rightAt, blockDepth, out, to);
        } else {
          MatmulTile.multiply(rows - row, packed, group, groupStride, right, rightAt + k * COLUMNS, blockDepth, sums, 0);
          MatmulTile.put(sums, MatmulTile.height(rows - row), COLUMNS, out, to, COLUMNS, true);
        }
      }
    }
  }
}
