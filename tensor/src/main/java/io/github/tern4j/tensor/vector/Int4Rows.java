package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.dense.Int4Matrix.BLOCK_COLUMNS;
import static io.github.tern4j.tensor.dense.Int4Matrix.GROUP_COLUMNS;
import static io.github.tern4j.tensor.dense.Int4Matrix.PANEL_ROWS;
import static io.github.tern4j.tensor.dense.Int4Matrix.SMALLEST_CODE;
import static io.github.tern4j.tensor.vector.Int4Dot.BLOCK_SHORTS;
import static io.github.tern4j.tensor.vector.Int4Dot.PLANE;
import static io.github.tern4j.tensor.vector.Int4Dot.PLANES;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/**
 * {@link IntegerRows} of an int4 weight.
 *
 * @param weight the weight
 */
record Int4Rows(Int4Matrix weight) implements IntegerRows {

  private static final int BLOCK_SUMS = PANEL_ROWS * Summation.LANES;

  /** Columns of a short. */
  private static final int SHORT_COLUMNS = 4;

  @Override
  public int arrangedLength() {
    return weight.blocks() * BLOCK_SHORTS;
  }

  /**
   * Column {@code 32 l + 8 k + 4 h + s} of a block to short {@code 2 l + h} of its plane {@code 4 k + s}; behind the planes for
   * each short -8 times the sum over its columns.
   */
  @Override
  public void arrange(short[] codes, short[] arranged, int to) {
    Arrays.fill(arranged, to, to + arrangedLength(), (short) 0);
    for (int column = 0; column < weight.columns(); column++) {
      int inGroup = column % GROUP_COLUMNS;
      int shortOfPlane = column % BLOCK_COLUMNS / GROUP_COLUMNS * 2 + inGroup / SHORT_COLUMNS % 2;
      int plane = inGroup / (2 * SHORT_COLUMNS) * SHORT_COLUMNS + inGroup % SHORT_COLUMNS;
      int at = to + column / BLOCK_COLUMNS * BLOCK_SHORTS + shortOfPlane;
      arranged[at + plane * PLANE] = codes[column];
      arranged[at + PLANES * PLANE] += (short) (SMALLEST_CODE * codes[column]);
    }
  }

  @Override
  public void multiply(int first, int rows, short[] x, int xAt, int[] sums, int to) {
    int panel = first / PANEL_ROWS;
    for (int block = 0; block < weight.blocks(); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        Int4Dot.multiply(weight.memory(), weight.blockAt(panel, block) + (long) lane * Integer.BYTES, rows, x,
            xAt + block * BLOCK_SHORTS + 2 * lane, sums, to + block * BLOCK_SUMS + lane);
      }
    }
  }

  @Override
  public void scale(int first, int rows, int[] sums, int at, float[] xScales, int xScaleAt, float[] lanes) {
    Arrays.fill(lanes, 0, rows * Summation.LANES, 0);
    int panel = first / PANEL_ROWS;
    for (int block = 0; block < weight.blocks(); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        Int4Dot.scale(sums, at + block * BLOCK_SUMS + lane, rows, weight.scales(),
            weight.blockScalesAt(panel, block) + (long) lane * Short.BYTES, xScales, xScaleAt + block * Summation.LANES + lane,
            lanes, lane);
      }
    }
  }
}
