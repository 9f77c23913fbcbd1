package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.Positions;

/**
 * One matrix product as arrays and distances. A batch whose entries share b and follow each other evenly in a and out becomes one
 * larger matrix, so that a linear layer packs its weight once.
 *
 * @param m rows of the output
 * @param n columns of the output
 * @param k terms of the inner sum
 * @param b what panels of b are packed from
 * @param aStride distance of the stored rows of a
 * @param bStride distance of the stored rows of b
 * @param outStride distance of the rows of the output
 * @param aAt first element of a by batch entry
 * @param bAt first element of b by batch entry, a single one if all entries share it
 * @param outAt first element of the output by batch entry
 */
record MatmulOperands(int m, int n, int k, float[] a, boolean transposeA, int aStride, int[] aAt,
    PanelSource b, boolean transposeB, int bStride, int[] bAt, float[] out, int outStride, int[] outAt) {

  /** Operands that have passed the contract's check. */
  static MatmulOperands of(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out) {
    int m = out.dim(-2);
    int k = a.dim(transposeA ? -2 : -1);
    int[] aAt = Positions.of(expandedToBatch(a, out), 2);
    int[] bAt = isShared(b) ? new int[] {b.arrayOffset()} : Positions.of(expandedToBatch(b, out), 2);
    int[] outAt = Positions.of(out, 2);
    int aStride = a.arrayStride(-2);
    int outStride = out.arrayStride(-2);
    boolean oneMatrix = outAt.length > 1 && bAt.length == 1 && !transposeA
        && areEvenlySpaced(aAt, m * aStride) && areEvenlySpaced(outAt, m * outStride);
    if (oneMatrix) {
      m *= outAt.length;
      aAt = new int[] {aAt[0]};
      outAt = new int[] {outAt[0]};
    }
    return new MatmulOperands(m, out.dim(-1), k, a.array(), transposeA, aStride, aAt,
        PanelSource.of(b), transposeB, b.arrayStride(-2), bAt, out.array(), outStride, outAt);
  }

  /** Number of batch entries. */
  int batch() {
    return outAt.length;
  }

  /** Whether all entries multiply by the same b. */
  boolean sharesB() {
    return bAt.length == 1;
  }

  /** Where an element of the stored rows of b begins: block row {@code k}, column {@code j} of a batch entry. */
  int bAt(int entry, int k, int j) {
    return bAt[sharesB() ? 0 : entry] + (transposeB ? j * bStride + k : k * bStride + j);
  }

  /** Position of row {@code i}, inner index {@code k} in a. */
  int aAt(int entry, int i, int k) {
    return aAt[entry] + (transposeA ? k * aStride + i : i * aStride + k);
  }

  /** Position of an element of the output. */
  int outAt(int entry, int i, int j) {
    return outAt[entry] + i * outStride + j;
  }

  private static boolean isShared(Tensor factor) {
    for (int axis = 0; axis < factor.shape().rank() - 2; axis++) {
      if (factor.dim(axis) != 1 && factor.stride(axis) != 0) {
        return false;
      }
    }
    return true;
  }

  private static Tensor expandedToBatch(Tensor factor, Tensor out) {
    int[] dims = out.shape().dims();
    dims[dims.length - 2] = factor.dim(-2);
    dims[dims.length - 1] = factor.dim(-1);
    Tensor matrices = factor;
    while (matrices.shape().rank() > dims.length) {
      matrices = matrices.select(0, 0);
    }
    return matrices.expand(Shape.of(dims));
  }

  private static boolean areEvenlySpaced(int[] at, int distance) {
    for (int entry = 1; entry < at.length; entry++) {
      if (at[entry] - at[entry - 1] != distance) {
        return false;
      }
    }
    return true;
  }
}
