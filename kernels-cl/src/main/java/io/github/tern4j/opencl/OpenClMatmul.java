package io.github.tern4j.opencl;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.MatmulKernel;

/**
 * {@link MatmulKernel} by {@code matmul.cl}: b is packed into panels of 16 columns, whatever its transpose or strides, and a
 * work-item multiplies 8 rows with a panel. For products of one row packing costs more than the product.
 */
final class OpenClMatmul implements MatmulKernel {

  private static final int TILE_ROWS = 8;
  private static final int TILE_COLUMNS = 16;
  private static final int PACKED_ROWS = 16;

  private final OpenClProgram program;
  private final OpenClMemory memory;

  OpenClMatmul(OpenClProgram program, OpenClMemory memory) {
    this.program = program;
    this.memory = memory;
  }

  @Override
  public void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    MatmulKernel.checkMatmul(a, transposeA, b, transposeB, out);
    if (out.size() == 0) {
      return;
    }
    // A transposed operand is read with its last two strides exchanged.
    Tensor left = overBatchOf(out, transposeA ? a.transpose(-1, -2) : a);
    Tensor right = overBatchOf(out, transposeB ? b.transpose(-1, -2) : b);
    if (isShared(right) && !transposeA && left.isContiguous() && out.isContiguous()) {
      // All matrices of the batch are rows of one product.
      left = left.reshape(-1, left.dim(-1));
      out = out.reshape(-1, out.dim(-1));
      right = firstOf(right);
    }
    multiply(left, right, out, accumulate);
  }

  private void multiply(Tensor left, Tensor right, Tensor out, boolean accumulate) {
    int m = out.dim(-2);
    int n = out.dim(-1);
    int k = left.dim(-1);
    Tensor packed = isShared(right) ? firstOf(right) : right;
    long panels = Math.ceilDiv(n, TILE_COLUMNS);
    OpenClStorage buffer = memory.allocate(matrices(packed) * panels * k * TILE_COLUMNS);
    long blocks = matrices(packed) * panels * Math.ceilDiv(k, PACKED_ROWS);
    program.launch("packPanels").tensor(packed).flag(packed.dtype() == DType.BF16).longs(packed.stride(-2)).longs(packed.stride(-1)).ints(k).ints(n)
        .ints(Axes.count(packed, 2)).ints(Axes.dims(packed, 2)).longs(Axes.strides(packed, 2)).buffer(buffer).longs(blocks)
        .overElements(blocks);
    long tiles = matrices(out) * panels * Math.ceilDiv(m, TILE_ROWS);
    program.launch("multiplyTiles").tensor(left).longs(left.stride(-2)).longs(left.stride(-1))
        .buffer(buffer).longs(packed.shape().rank() == 2 ? 0 : panels)
        .tensor(out).longs(out.stride(-2)).ints(m).ints(n).ints(k).flag(accumulate)
        .ints(Axes.count(out, 2)).ints(Axes.dims(out, 2)).longs(Axes.strides(left, 2)).longs(Axes.strides(out, 2)).longs(tiles)
        .overRows(tiles);
    memory.release(buffer);
  }

  /** The view whose leading dimensions are those of {@code out}. */
  private static Tensor overBatchOf(Tensor out, Tensor factor) {
    Shape full = out.shape().with(-2, factor.dim(-2)).with(-1, factor.dim(-1));
    Tensor fitting = factor;
    while (fitting.shape().rank() > full.rank()) {
      fitting = fitting.select(0, 0);
    }
    return fitting.expand(full);
  }

  /** Whether all matrices of the batch are the same one. */
  private static boolean isShared(Tensor factor) {
    for (int axis = 0; axis < factor.shape().rank() - 2; axis++) {
      if (factor.dim(axis) > 1 && factor.stride(axis) != 0) {
        return false;
      }
    }
    return true;
  }

  private static Tensor firstOf(Tensor batch) {
    Tensor first = batch;
    while (first.shape().rank() > 2) {
      first = first.select(0, 0);
    }
    return first;
  }

  private static long matrices(Tensor batch) {
    return batch.shape().withoutLast().withoutLast().size();
  }
}
