package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.WeightMemory;
import java.lang.foreign.MemorySegment;

/** {@link Scratch} in native memory, which begins at a cache line. */
final class NativeScratch {

  private final ThreadLocal<MemorySegment> segments = ThreadLocal.withInitial(() -> MemorySegment.NULL);

  /** Memory of at least {@code bytes} bytes with unspecified content, the same one at each call on a thread. */
  MemorySegment atLeast(long bytes) {
    MemorySegment segment = segments.get();
    if (segment.byteSize() < bytes) {
      segment = WeightMemory.allocate(bytes);
      segments.set(segment);
    }
    return segment;
  }
}
