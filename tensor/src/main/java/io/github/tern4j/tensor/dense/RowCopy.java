package io.github.tern4j.tensor.dense;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies of rows in native memory of their own. */
final class RowCopy {

  private RowCopy() {}

  /** The terms of these rows, one after the other. */
  static MemorySegment of(DenseMatrix matrix, int[] ids) {
    long rowBytes = matrix.rowBytes();
    MemorySegment copy = Arena.ofAuto().allocate(ids.length * rowBytes, Long.BYTES);
    for (int i = 0; i < ids.length; i++) {
      MemorySegment.copy(matrix.memory(), matrix.rowAt(ids[i]), copy, i * rowBytes, rowBytes);
    }
    return copy;
  }
}
