package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.Summation;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import java.util.Arrays;

/**
 * {@link TopRowsKernel}: estimates from the high plane of all rows; then the products of the rows with the largest estimates, the
 * last of which is a threshold; then those of all rows whose estimate is not too far below it. Tasks keep the largest estimate of
 * their rows and what they can reach, so that few rows are looked at one by one.
 */
final class VectorTopRows implements TopRowsKernel {

  /**
   * What float rounding may add to the radius, in steps of a code for an |a|_2 of 1: a sum of n columns is rounded fewer than 64
   * times by 2^-24 of at most {@code 128 sqrt(n) |a|_2}, the radius itself included; below 1 for any n below 2^22.
   */
  private static final double ROUNDING = 1;

  /** If more than one row in so many has to be read again, all products are computed. */
  private static final int RARE = 16;

  /** Rows that a task reads again. */
  private static final int TASK_ROWS = 64;

  private final Workers workers;
  private final IntegerProduct product;
  private final Scratch laneScratch = new Scratch();
  private final ThreadLocal<int[]> sumScratch = ThreadLocal.withInitial(() -> new int[0]);
  private float[] estimates = new float[0];
  private int taskRows;
  private float[] largestOfTasks = new float[0];
  private float[] boundsOfTasks = new float[0];
  private int rowsRead;

  VectorTopRows(Workers workers) {
    this.workers = workers;
    this.product = new IntegerProduct(workers);
  }

  /** Rows whose low plane the last call has read. */
  int rowsRead() {
    return rowsRead;
  }

  @Override
  public void topRows(PlanedInt8Matrix weight, Tensor x, int[] ids, float[] products) {
    TopRowsKernel.checkTopRows(weight, x, ids, products);
    int rows = weight.rows();
    PlanedRows leaf = new PlanedRows(weight);
    Input input = new Input(weight, leaf, x);
    estimate(weight, leaf, input);
    TopList highest = new TopList(ids, products);
    for (int from = 0; from < rows; from += taskRows) {
      if (largestOfTasks[from / taskRows] >= highest.last()) {
        highest.offerAll(estimates, from, Math.min(rows, from + taskRows));
      }
    }
    float threshold = Float.POSITIVE_INFINITY;
    for (int id : ids) {
      threshold = Math.min(threshold, multiply(weight, leaf, id, input));
    }
    int[] candidates = candidates(weight, input, threshold);
    rowsRead = candidates.length;
    TopList top = new TopList(ids, products);
    if (rowsRead > rows / RARE) {
      product.product(weight, x, Tensor.of(estimates, estimates.length).slice(0, 0, rows).reshape(1, rows));
      rowsRead = rows;
      top.offerAll(estimates, 0, rows);
    } else {
      float[] found = new float[rowsRead];
      VectorDenseProduct.run(workers, (long) rowsRead * weight.columns(), rowsRead, TASK_ROWS, (from, to) -> {
        for (int i = from; i < to; i++) {
          found[i] = multiply(weight, leaf, candidates[i], input);
        }
      });
      for (int i = 0; i < rowsRead; i++) {
        top.offer(candidates[i], found[i]);
      }
    }
  }

  /** A rounded row of x. */
  private static final class Input {

    private final short[] arranged;
    private final float[] scales;
    private final float[] highScales;
    private final float[] shifts;
    private final float radius;

    Input(PlanedInt8Matrix weight, PlanedRows leaf, Tensor x) {
      short[] codes = new short[weight.columns()];
      this.scales = new float[weight.groups()];
      weight.roundActivations(x.array(), x.arrayOffset(), codes, scales, 0);
      this.arranged = new short[leaf.arrangedLength()];
      leaf.arrange(codes, arranged, 0);
      this.highScales = new float[scales.length];
      for (int group = 0; group < scales.length; group++) {
        highScales[group] = PlanedInt8Matrix.HIGH_STEP * scales[group];
      }
      this.shifts = new float[Summation.LANES];
      double squares = 0;
      for (int column = 0; column < codes.length; column++) {
        int group = weight.group(column);
        double activation = (double) codes[column] * scales[group];
        shifts[group % Summation.LANES] += (float) (weight.estimateShift(column) * activation);
        squares += activation * activation;
      }
      this.radius = (float) ((PlanedInt8Matrix.RADIUS + ROUNDING) * Math.sqrt(squares));
    }
  }

  private void estimate(PlanedInt8Matrix weight, PlanedRows leaf, Input input) {
    int rows = weight.rows();
    taskRows = VectorDenseProduct.taskBlocks(weight.byteSize() / (2L * rows)) * LaneFold.ROWS;
    if (estimates.length < rows) {
      estimates = new float[rows];
      largestOfTasks = new float[Math.ceilDiv(rows, LaneFold.ROWS)];
      boundsOfTasks = new float[Math.ceilDiv(rows, LaneFold.ROWS)];
    }
    Ranges.run(workers, rows, taskRows, (from, to) -> {
      int[] sums = sums(LaneFold.ROWS * leaf.sumsPerRow());
      float[] lanes = laneScratch.atLeast(LaneFold.ROWS * Summation.LANES);
      for (int first = from; first < to; first += LaneFold.ROWS) {
        int present = Math.min(LaneFold.ROWS, to - first);
        leaf.multiply(weight.high(), first, present, input.arranged, 0, sums, 0);
        for (int row = 0; row < present; row++) {
          System.arraycopy(input.shifts, 0, lanes, row * Summation.LANES, Summation.LANES);
        }
        leaf.addScaled(present, sums, 0, input.highScales, 0, lanes);
        LaneFold.fold(lanes);
        leaf.finish(first, present, lanes, estimates, first);
      }
      float largest = Float.NEGATIVE_INFINITY;
      float bound = Float.NEGATIVE_INFINITY;
      for (int row = from; row < to; row++) {
        largest = Math.max(largest, estimates[row]);
        bound = Math.max(bound, bound(weight, row, input));
      }
      largestOfTasks[from / taskRows] = largest;
      boundsOfTasks[from / taskRows] = bound;
    });
  }

  private float bound(PlanedInt8Matrix weight, int row, Input input) {
    return estimates[row] + input.radius * weight.rowScale(row);
  }

  private int[] candidates(PlanedInt8Matrix weight, Input input, float threshold) {
    int[] candidates = new int[taskRows];
    int count = 0;
    for (int from = 0; from < weight.rows(); from += taskRows) {
      if (boundsOfTasks[from / taskRows] >= threshold) {
        candidates = candidates.length < count + taskRows ? Arrays.copyOf(candidates, 2 * candidates.length) : candidates;
        for (int row = from; row < Math.min(weight.rows(), from + taskRows); row++) {
          if (bound(weight, row, input) >= threshold) {
            candidates[count++] = row;
          }
        }
      }
    }
    return Arrays.copyOf(candidates, count);
  }

  /** The product of one row as {@link io.github.tern4j.tensor.kernel.DenseProductKernel} sums it. */
  private float multiply(PlanedInt8Matrix weight, PlanedRows leaf, int row, Input input) {
    int[] sums = sums(LaneFold.ROWS * leaf.sumsPerRow());
    float[] lanes = laneScratch.atLeast(LaneFold.ROWS * Summation.LANES);
    leaf.multiply(row, 1, input.arranged, 0, sums, 0);
    leaf.scale(row, 1, sums, 0, input.scales, 0, lanes);
    return weight.rowScale(row) * Summation.fold(lanes, 0) + 0;
  }

  private int[] sums(int length) {
    if (sumScratch.get().length < length) {
      sumScratch.set(new int[length]);
    }
    return sumScratch.get();
  }
}
