package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.NibbleDot.BLOCK_SHORTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.NibblePlane;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/** {@link IntegerRows} of an int4 weight. */
final class Int4Rows implements IntegerRows<Int4Matrix> {

  private static final int BLOCK_SUMS = NibblePlane.PANEL_ROWS * Summation.LANES;

  @Override
  public int arrangedLength(Int4Matrix weight) {
    return NibbleInput.length(weight.columns());
  }

  @Override
  public int sumsPerRow(Int4Matrix weight) {
    return weight.groups();
  }

  @Override
  public void arrange(Int4Matrix weight, short[] codes, short[] arranged, int to) {
    NibbleInput.arrange(codes, weight.columns(), arranged, to);
  }

  @Override
  public void multiply(Int4Matrix weight, int first, int rows, short[] x, int xAt, int[] sums, int to) {
    for (int block = 0; block < blocks(weight); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        NibbleDot.multiply(weight.codes().memory(), weight.codes().rowAt(first, block) + (long) lane * Integer.BYTES, rows, x,
            xAt + block * BLOCK_SHORTS + 2 * lane, sums, to + block * BLOCK_SUMS + lane);
      }
    }
  }

  @Override
  public void scale(Int4Matrix weight, int first, int rows, int[] sums, int at, float[] xScales, int xScaleAt, float[] lanes) {
    Arrays.fill(lanes, 0, rows * Summation.LANES, 0);
    for (int block = 0; block < blocks(weight); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        NibbleDot.scale(sums, at + block * BLOCK_SUMS + lane, rows, weight.scales(),
            weight.scalesAt(first, block) + (long) lane * Short.BYTES, xScales, xScaleAt + block * Summation.LANES + lane,
            lanes, lane);
      }
    }
  }

  @Override
  public void finish(Int4Matrix weight, int first, int rows, float[] sums, float[] out, int outAt) {
    for (int row = 0; row < rows; row++) {
      out[outAt + row] = sums[row] + 0;
    }
  }

  private static int blocks(Int4Matrix weight) {
    return weight.groups() / Summation.LANES;
  }
}
