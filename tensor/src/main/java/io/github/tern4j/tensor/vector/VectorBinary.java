package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import java.util.Arrays;

/** {@link BinaryKernel}, parallel over rows; an operand that is expanded along the row is spread into a working array first. */
final class VectorBinary implements BinaryKernel {

  private static final int A = 0;
  private static final int B = 1;
  private static final int OUT = 2;

  private final Workers workers;
  private final Scratch spreadA = new Scratch();
  private final Scratch spreadB = new Scratch();

  VectorBinary(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void apply(BinaryFunction function, Tensor a, Tensor b, Tensor out, boolean accumulate) {
    BinaryKernel.checkApply(a, b, out);
    StridedRows rows = StridedRows.of(a, b, out);
    rows.forEach(workers, (row, column, n) -> {
      float[] left = rows.array(A);
      int leftAt = rows.at(A, row) + column * rows.stride(A);
      if (rows.stride(A) == 0) {
        left = spread(left[leftAt], n, spreadA);
        leftAt = 0;
      }
      float[] right = rows.array(B);
      int rightAt = rows.at(B, row) + column * rows.stride(B);
      if (rows.stride(B) == 0) {
        right = spread(right[rightAt], n, spreadB);
        rightAt = 0;
      }
      apply(function, left, leftAt, right, rightAt, n, rows.array(OUT), rows.at(OUT, row) + column, accumulate);
    });
  }

  private static float[] spread(float value, int n, Scratch scratch) {
    float[] values = scratch.atLeast(n);
    Arrays.fill(values, 0, n, value);
    return values;
  }

  private static void apply(
      BinaryFunction function, float[] a, int aAt, float[] b, int bAt, int n, float[] out, int outAt, boolean add) {
    switch (function) {
      case ADD -> add(a, aAt, b, bAt, n, out, outAt, add);
      case SUBTRACT -> subtract(a, aAt, b, bAt, n, out, outAt, add);
      case MULTIPLY -> multiply(a, aAt, b, bAt, n, out, outAt, add);
      case DIVIDE -> divide(a, aAt, b, bAt, n, out, outAt, add);
    }
  }

  /** {@code out_i (+)= a_i + b_i}. */
  static void add(float[] a, int aAt, float[] b, int bAt, int n, float[] out, int outAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.store(Lanes.load(a, aAt + i).add(Lanes.load(b, bAt + i)), out, outAt + i, add);
    }
    for (; i < n; i++) {
      Lanes.store(a[aAt + i] + b[bAt + i], out, outAt + i, add);
    }
  }

  private static void subtract(float[] a, int aAt, float[] b, int bAt, int n, float[] out, int outAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.store(Lanes.load(a, aAt + i).sub(Lanes.load(b, bAt + i)), out, outAt + i, add);
    }
    for (; i < n; i++) {
      Lanes.store(a[aAt + i] - b[bAt + i], out, outAt + i, add);
    }
  }

  private static void multiply(float[] a, int aAt, float[] b, int bAt, int n, float[] out, int outAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.store(Lanes.load(a, aAt + i).mul(Lanes.load(b, bAt + i)), out, outAt + i, add);
    }
    for (; i < n; i++) {
      Lanes.store(a[aAt + i] * b[bAt + i], out, outAt + i, add);
    }
  }

  private static void divide(float[] a, int aAt, float[] b, int bAt, int n, float[] out, int outAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.store(Lanes.load(a, aAt + i).div(Lanes.load(b, bAt + i)), out, outAt + i, add);
    }
    for (; i < n; i++) {
      Lanes.store(a[aAt + i] / b[bAt + i], out, outAt + i, add);
    }
  }
}
