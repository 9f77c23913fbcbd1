package io.github.tern4j.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Elements in native memory, little-endian: a mapped file or packed values. Never a heap segment, so that the JIT sees one kind
 * of segment in every method.
 *
 * @param segment the bytes
 * @param dtype the element type
 */
public record NativeStorage(MemorySegment segment, DType dtype) implements Storage {

  /** Checks that the segment is native. */
  public NativeStorage {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("NativeStorage: segment " + segment + " lies on the heap; expected native memory");
    }
  }

  @Override
  public long elements() {
    return segment.byteSize() * 8 / dtype.bits();
  }
}
