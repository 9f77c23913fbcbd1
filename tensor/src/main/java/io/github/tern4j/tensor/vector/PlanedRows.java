package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.NibbleDot.BLOCK_SHORTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.dense.NibblePlane;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/**
 * {@link IntegerRows} of an int8 weight in two planes. Arranged activations are followed by what {@link PlanedInt8Matrix#shift}
 * gives for each group, as two shorts; sums of the high plane by those of the low one.
 */
final class PlanedRows implements IntegerRows<PlanedInt8Matrix> {

  private static final int BLOCK_SUMS = NibblePlane.PANEL_ROWS * Summation.LANES;

  @Override
  public int arrangedLength(PlanedInt8Matrix weight) {
    return NibbleInput.length(weight.columns()) + 2 * weight.groups();
  }

  @Override
  public int sumsPerRow(PlanedInt8Matrix weight) {
    return 2 * weight.groups();
  }

  @Override
  public void arrange(PlanedInt8Matrix weight, short[] codes, short[] arranged, int to) {
    NibbleInput.arrange(codes, weight.columns(), arranged, to);
    int at = to + NibbleInput.length(weight.columns());
    int column = 0;
    for (int group = 0; group < weight.groups(); group++) {
      int shift = 0;
      for (; column < weight.columns() && weight.group(column) == group; column++) {
        shift += weight.shift(column) * codes[column];
      }
      arranged[at + 2 * group] = (short) shift;
      arranged[at + 2 * group + 1] = (short) (shift >> Short.SIZE);
    }
  }

  @Override
  public void multiply(PlanedInt8Matrix weight, int first, int rows, short[] x, int xAt, int[] sums, int to) {
    int low = to + NibblePlane.PANEL_ROWS * weight.groups();
    multiply(weight, weight.high(), first, rows, x, xAt, sums, to);
    multiply(weight, weight.low(), first, rows, x, xAt, sums, low);
    int shiftAt = xAt + NibbleInput.length(weight.columns());
    for (int block = 0; block < blocks(weight); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        int at = block * BLOCK_SUMS + lane;
        NibbleDot.join(sums, to + at, low + at, rows, x, shiftAt + 2 * (block * Summation.LANES + lane));
      }
    }
  }

  /** Sums with one plane alone, whose numbers lie around zero. */
  void multiply(PlanedInt8Matrix weight, NibblePlane plane, int first, int rows, short[] x, int xAt, int[] sums, int to) {
    for (int block = 0; block < blocks(weight); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        NibbleDot.multiply(plane.memory(), plane.rowAt(first, block) + (long) lane * Integer.BYTES, rows, x,
            xAt + block * BLOCK_SHORTS + 2 * lane, sums, to + block * BLOCK_SUMS + lane);
      }
    }
  }

  @Override
  public void scale(PlanedInt8Matrix weight, int first, int rows, int[] sums, int at, float[] xScales, int xScaleAt,
      float[] lanes) {
    Arrays.fill(lanes, 0, rows * Summation.LANES, 0);
    addScaled(weight, rows, sums, at, xScales, xScaleAt, lanes);
  }

  @Override
  public void finish(PlanedInt8Matrix weight, int first, int rows, float[] sums, float[] out, int outAt) {
    for (int row = 0; row < rows; row++) {
      out[outAt + row] = weight.rowScale(first + row) * sums[row] + 0;
    }
  }

  /** As {@link #scale}, added to what the lanes hold. */
  void addScaled(PlanedInt8Matrix weight, int rows, int[] sums, int at, float[] xScales, int xScaleAt, float[] lanes) {
    for (int block = 0; block < blocks(weight); block++) {
      for (int lane = 0; lane < Summation.LANES; lane += LANES) {
        NibbleDot.scale(sums, at + block * BLOCK_SUMS + lane, rows, xScales, xScaleAt + block * Summation.LANES + lane, lanes,
            lane);
      }
    }
  }

  private static int blocks(PlanedInt8Matrix weight) {
    return weight.groups() / Summation.LANES;
  }
}
