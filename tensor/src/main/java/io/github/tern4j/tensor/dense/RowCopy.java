package io.github.tern4j.tensor.dense;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies of rows in native memory of their own. */
final class RowCopy {

  private RowCopy() {}

  /** These rows of {@code rowBytes} each, one after the other; row 0 begins at byte {@code at} of {@code memory}. */
  static MemorySegment of(MemorySegment memory, long at, long rowBytes, int[] ids) {
    MemorySegment copy = Arena.ofAuto().allocate(ids.length * rowBytes, Long.BYTES);
    for (int i = 0; i < ids.length; i++) {
      MemorySegment.copy(memory, at + ids[i] * rowBytes, copy, i * rowBytes, rowBytes);
    }
    return copy;
  }
}
