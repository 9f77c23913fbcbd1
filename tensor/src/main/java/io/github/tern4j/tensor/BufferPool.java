package io.github.tern4j.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Reuses float arrays of equal length, since allocating and zeroing a large array costs more than many kernels that fill it.
 * Arrays come with whatever they held before. For one thread.
 */
public final class BufferPool {

  private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();
  private final boolean poison;
  private long allocatedBytes;

  /** A pool. */
  public BufferPool() {
    this(false);
  }

  /** A pool that fills released arrays with NaN when {@code poison} is set, so that tests find reads after release. */
  public BufferPool(boolean poison) {
    this.poison = poison;
  }

  /** An array of {@code length} elements with unspecified content. */
  public float[] take(int length) {
    ArrayDeque<float[]> arrays = free.get(length);
    if (arrays != null && !arrays.isEmpty()) {
      return arrays.pop();
    }
    allocatedBytes += 4L * length;
    float[] array = new float[length];
    if (poison) {
      Arrays.fill(array, Float.NaN);
    }
    return array;
  }

  /** Takes back an array that nobody reads any more. */
  public void release(float[] array) {
    if (poison) {
      Arrays.fill(array, Float.NaN);
    }
    free.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
  }

  /** Bytes of all arrays this pool has ever made: flat once training is in its stride. */
  public long allocatedBytes() {
    return allocatedBytes;
  }
}
