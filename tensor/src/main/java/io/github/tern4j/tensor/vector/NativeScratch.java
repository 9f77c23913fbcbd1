package io.github.tern4j.tensor.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@link Scratch} in native memory, which begins at a cache line. */
final class NativeScratch {

  private static final long CACHE_LINE = 64;

  private final ThreadLocal<MemorySegment> segments = ThreadLocal.withInitial(() -> MemorySegment.NULL);

  /** Memory of at least {@code bytes} bytes with unspecified content, the same one at each call on a thread. */
  MemorySegment atLeast(long bytes) {
    MemorySegment segment = segments.get();
    if (segment.byteSize() < bytes) {
      segment = allocate(bytes);
      segments.set(segment);
    }
    return segment;
  }

  /** Zeros in memory of their own, kept as long as the segment is reachable. */
  static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(bytes, CACHE_LINE);
  }
}
