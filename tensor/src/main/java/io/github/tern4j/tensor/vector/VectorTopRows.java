package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.Summation;
import io.github.tern4j.tensor.kernel.TopRowsKernel;

/**
 * {@link TopRowsKernel}: estimates from the high plane of all rows; then the products of the rows with the largest estimates, the
 * last of which is a threshold; then those of all rows whose estimate is not too far below it. Tasks keep the largest estimate of
 * their rows and what they can reach, so that few rows are looked at one by one.
 */
final class VectorTopRows implements TopRowsKernel {

  /** If more than one row in so many has to be read again, all products are computed. */
  private static final int RARE = 16;

  /** Rows that a task reads again. */
  private static final int TASK_ROWS = 64;

  private final RangeTask estimating;
  private final RangeTask reading;
  private final PlanedRows leaf = new PlanedRows();
  private final IntegerProduct<PlanedInt8Matrix> product;
  private final TopRowsInput input = new TopRowsInput();
  private final TopList top = new TopList();
  private final Scratch laneScratch = new Scratch();
  private final ThreadLocal<int[]> sumScratch = ThreadLocal.withInitial(() -> new int[0]);
  private PlanedInt8Matrix weight;
  private float[] estimates = new float[0];
  private int taskRows;
  private float[] largestOfTasks = new float[0];
  private float[] boundsOfTasks = new float[0];
  private int[] candidates = new int[0];
  private float[] found = new float[0];
  private int rowsRead;

  VectorTopRows(Workers workers) {
    this.estimating = new RangeTask(workers, this::estimate);
    this.reading = new RangeTask(workers, this::read);
    this.product = new IntegerProduct<>(leaf, workers);
  }

  /** Rows whose low plane the last call has read. */
  int rowsRead() {
    return rowsRead;
  }

  @Override
  public void topRows(PlanedInt8Matrix weight, Tensor x, int[] ids, float[] products) {
    TopRowsKernel.checkTopRows(weight, x, ids, products);
    this.weight = weight;
    int rows = weight.rows();
    input.round(weight, leaf, x);
    reserve(rows);
    estimating.run(rows, taskRows);
    findCandidates(threshold(ids, products));
    top.clear(ids, products);
    if (rowsRead > rows / RARE) {
      product.product(weight, x, estimates, 0);
      rowsRead = rows;
      top.offerAll(estimates, 0, rows);
    } else {
      VectorDenseProduct.run(reading, (long) rowsRead * weight.columns(), rowsRead, TASK_ROWS);
      for (int i = 0; i < rowsRead; i++) {
        top.offer(candidates[i], found[i]);
      }
    }
    this.weight = null;
  }

  private void reserve(int rows) {
    taskRows = VectorDenseProduct.taskBlocks(weight.byteSize() / (2L * rows)) * LaneFold.ROWS;
    if (estimates.length < rows) {
      estimates = new float[rows];
      largestOfTasks = new float[Math.ceilDiv(rows, LaneFold.ROWS)];
      boundsOfTasks = new float[Math.ceilDiv(rows, LaneFold.ROWS)];
      candidates = new int[rows / RARE + 1];
      found = new float[candidates.length];
    }
  }

  /** Estimates of some rows, and for the task the largest of them and what its rows can reach. */
  private void estimate(int from, int to) {
    int[] sums = sums(LaneFold.ROWS * leaf.sumsPerRow(weight));
    float[] lanes = laneScratch.atLeast(LaneFold.ROWS * Summation.LANES);
    for (int first = from; first < to; first += LaneFold.ROWS) {
      int present = Math.min(LaneFold.ROWS, to - first);
      leaf.multiply(weight, weight.high(), first, present, input.arranged(), 0, sums, 0);
      for (int row = 0; row < present; row++) {
        System.arraycopy(input.shifts(), 0, lanes, row * Summation.LANES, Summation.LANES);
      }
      leaf.addScaled(weight, present, sums, 0, input.highScales(), 0, lanes);
      LaneFold.fold(lanes);
      leaf.finish(weight, first, present, lanes, estimates, first);
    }
    float largest = Float.NEGATIVE_INFINITY;
    float bound = Float.NEGATIVE_INFINITY;
    for (int row = from; row < to; row++) {
      largest = Math.max(largest, estimates[row]);
      bound = Math.max(bound, bound(row));
    }
    largestOfTasks[from / taskRows] = largest;
    boundsOfTasks[from / taskRows] = bound;
  }

  private float bound(int row) {
    return estimates[row] + input.radius() * weight.rowScale(row);
  }

  /** The smallest product of the rows with the largest estimates, which are put to {@code ids}. */
  private float threshold(int[] ids, float[] products) {
    top.clear(ids, products);
    for (int from = 0; from < weight.rows(); from += taskRows) {
      if (largestOfTasks[from / taskRows] >= top.last()) {
        top.offerAll(estimates, from, Math.min(weight.rows(), from + taskRows));
      }
    }
    float threshold = Float.POSITIVE_INFINITY;
    for (int id : ids) {
      threshold = Math.min(threshold, multiply(id));
    }
    return threshold;
  }

  /** The rows that can reach the threshold, or the first of them if they are not rare. */
  private void findCandidates(float threshold) {
    rowsRead = 0;
    for (int from = 0; from < weight.rows(); from += taskRows) {
      if (boundsOfTasks[from / taskRows] >= threshold) {
        for (int row = from; row < Math.min(weight.rows(), from + taskRows); row++) {
          if (bound(row) >= threshold && rowsRead < candidates.length) {
            candidates[rowsRead++] = row;
          }
        }
      }
    }
  }

  private void read(int from, int to) {
    for (int i = from; i < to; i++) {
      found[i] = multiply(candidates[i]);
    }
  }

  /** The product of one row as {@link io.github.tern4j.tensor.kernel.DenseProductKernel} sums it. */
  private float multiply(int row) {
    int[] sums = sums(LaneFold.ROWS * leaf.sumsPerRow(weight));
    float[] lanes = laneScratch.atLeast(LaneFold.ROWS * Summation.LANES);
    leaf.multiply(weight, row, 1, input.arranged(), 0, sums, 0);
    leaf.scale(weight, row, 1, sums, 0, input.scales(), 0, lanes);
    return weight.rowScale(row) * Summation.fold(lanes, 0) + 0;
  }

  private int[] sums(int length) {
    if (sumScratch.get().length < length) {
      sumScratch.set(new int[length]);
    }
    return sumScratch.get();
  }
}
