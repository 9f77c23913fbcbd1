package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** Working memory by name, grown to the largest shape asked for and then reused; content is unspecified. */
final class Buffers {

  private final Map<String, float[]> floats = new HashMap<>();
  private final Map<String, MemorySegment> bytes = new HashMap<>();

  /** An F32 tensor on the heap; it shares memory with those asked for by this name before. */
  Tensor floats(String name, int... dims) {
    int size = Shape.of(dims).intSize();
    float[] array = floats.get(name);
    if (array == null || array.length < size) {
      array = new float[size];
      floats.put(name, array);
    }
    return Tensor.of(array, dims);
  }

  /** An I8 tensor in native memory, likewise. */
  Tensor bytes(String name, int... dims) {
    long size = Shape.of(dims).size();
    MemorySegment segment = bytes.get(name);
    if (segment == null || segment.byteSize() < size) {
      segment = Arena.ofAuto().allocate(size, Long.BYTES);
      bytes.put(name, segment);
    }
    return Tensor.of(new NativeStorage(segment, DType.I8), Shape.of(dims));
  }
}
