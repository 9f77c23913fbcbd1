package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.Bf16ProductKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * BF16 product by dot products. For one row of x every weight is read once, widened in registers. Several rows go in blocks over
 * a task's weights, which stay in the second-level cache; four weight rows at a time are widened for all rows of a block.
 */
final class VectorBf16Product implements Bf16ProductKernel {

  /** Weight elements of a task: 64 KiB, a multiple of the tile for every width. */
  private static final int TASK_ELEMENTS = 1 << 15;

  /** Rows of x in a block: widening is a small part of the work, and the rows stay in the second-level cache. */
  private static final int ROW_BLOCK = 32;

  /** Products of fewer multiply-adds are faster on one thread than the others wake up. */
  private static final long WORTH_THREADS = 1 << 17;

  private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Workers workers;
  private final Scratch partialScratch = new Scratch();
  private final Scratch wideScratch = new Scratch();
  private float[] split = new float[0];

  VectorBf16Product(Workers workers) {
    this.workers = workers;
  }

  /** One call: the weight, and x with even and odd elements apart. */
  private record Operands(MemorySegment weight, long weightAt, int outputs, int n, float[] x, int rows, float[] out, int outAt) {

    /** Even elements of a row of x, and as many odd ones. */
    int half() {
      return (n + 1) / 2;
    }

    /** Where the even elements of a row begin; the odd ones lie {@link #half} behind. */
    int evenAt(int row) {
      return 2 * half() * row;
    }

    int steps() {
      return n / Bf16Tile.STEP;
    }

    long rowBytes() {
      return 2L * n;
    }

    long rowAt(int output) {
      return weightAt + output * rowBytes();
    }
  }

  @Override
  public void product(Tensor weight, Tensor x, Tensor out) {
    Bf16ProductKernel.checkProduct(weight, x, out);
    Operands operands = new Operands(weight.segment(), 2 * weight.elementOffset(), weight.dim(0), weight.dim(1), splitRows(x), x.dim(0),
        out.array(), out.arrayOffset());
    int outputsAtOnce = Math.ceilDiv(Math.max(1, TASK_ELEMENTS / Math.max(1, operands.n)), Bf16Tile.OUTPUTS) * Bf16Tile.OUTPUTS;
    int tasks = Math.ceilDiv(operands.outputs, outputsAtOnce);
    if ((long) operands.rows * operands.outputs * operands.n < WORTH_THREADS) {
      multiply(operands, 0, operands.outputs);
    } else {
      workers.run(tasks, task ->
          multiply(operands, task * outputsAtOnce, Math.min(operands.outputs, (task + 1) * outputsAtOnce)));
    }
  }

  /** The even elements of each row, then the odd ones. */
  private float[] splitRows(Tensor x) {
    int n = x.dim(1);
    int half = (n + 1) / 2;
    int size = Math.multiplyExact(x.dim(0), 2 * half);
    if (split.length < size) {
      split = new float[size];
    }
    float[] values = x.array();
    for (int row = 0; row < x.dim(0); row++) {
      int from = x.arrayOffset() + row * n;
      int to = 2 * half * row;
      for (int i = 0; i < n / 2; i++) {
        split[to + i] = values[from + 2 * i];
        split[to + half + i] = values[from + 2 * i + 1];
      }
      if (n % 2 == 1) {
        split[to + half - 1] = values[from + n - 1];
      }
    }
    return split;
  }

  private void multiply(Operands x, int from, int to) {
    float[] partial = partialScratch.atLeast(2 * Bf16Tile.OUTPUTS * Bf16Tile.STEP);
    int whole = from + (to - from) / Bf16Tile.OUTPUTS * Bf16Tile.OUTPUTS;
    for (int row = 0; row < x.rows; row += ROW_BLOCK) {
      int rows = Math.min(ROW_BLOCK, x.rows - row);
      for (int output = from; output < whole; output += Bf16Tile.OUTPUTS) {
        multiplyTiles(x, row, rows, output, partial);
      }
      for (int output = whole; output < to; output++) {
        multiplyOne(x, row, rows, output, partial);
      }
    }
  }

  /** Rows of x two by two with widened weights, the last one of an odd number with the weights in their memory. */
  private void multiplyTiles(Operands x, int from, int rows, int first, float[] partial) {
    int pairs = rows / 2 * 2;
    if (pairs > 0) {
      float[] wide = wideScratch.atLeast(Bf16Tile.OUTPUTS * Bf16Tile.STEP * x.steps());
      Bf16Tile.widen(x.weight, x.rowAt(first), x.rowBytes(), x.steps(), wide);
      for (int row = from; row < from + pairs; row += 2) {
        for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
          int even = x.evenAt(row) + lane;
          Bf16Tile.multiplyTwo(wide, x.x, even, even + x.half(), 2 * x.half(), x.steps(), partial, lane);
        }
        finishTile(x, row, first, partial, 0);
        finishTile(x, row + 1, first, partial, Bf16Tile.OUTPUTS * Bf16Tile.STEP);
      }
    }
    if (pairs < rows) {
      int row = from + pairs;
      for (int lane = 0; lane < Summation.LANES; lane += VectorWidth.LANES) {
        int even = x.evenAt(row) + lane;
        long at = x.rowAt(first) + (long) lane * Integer.BYTES;
        Bf16Tile.multiply(x.weight, at, x.rowBytes(), x.x, even, even + x.half(), x.steps(), partial, lane);
      }
      finishTile(x, row, first, partial, 0);
    }
  }

  private static void finishTile(Operands x, int row, int first, float[] partial, int at) {
    for (int output = 0; output < Bf16Tile.OUTPUTS; output++) {
      finish(x, row, first + output, x.steps() * Bf16Tile.STEP, partial, at + output * Bf16Tile.STEP);
    }
  }

  /** A weight row that fills no tile: element by element. */
  private static void multiplyOne(Operands x, int from, int rows, int output, float[] partial) {
    for (int row = from; row < from + rows; row++) {
      Arrays.fill(partial, 0, Bf16Tile.STEP, 0);
      finish(x, row, output, 0, partial, 0);
    }
  }

  /** Adds the elements from {@code from} on and stores the sum. */
  private static void finish(Operands x, int row, int output, int from, float[] partial, int at) {
    int even = x.evenAt(row);
    for (int i = from; i < x.n; i++) {
      float w = Float.intBitsToFloat(x.weight.get(BF16, x.rowAt(output) + 2L * i) << 16);
      int lane = at + i % 2 * Summation.LANES + i / 2 % Summation.LANES;
      partial[lane] = Math.fma(x.x[even + i % 2 * x.half() + i / 2], w, partial[lane]);
    }
    x.out[x.outAt + row * x.outputs + output] = Summation.fold(partial, at) + Summation.fold(partial, at + Summation.LANES);
  }
}
