package io.github.tern4j.tensor.vector;

/** Working memory of one kernel, one array for each thread, grown to the largest size asked for and then reused. */
final class Scratch {

  private final ThreadLocal<float[]> arrays = ThreadLocal.withInitial(() -> new float[0]);

  /** An array of at least {@code length} elements with unspecified content, the same one at each call on a thread. */
  float[] atLeast(int length) {
    float[] array = arrays.get();
    if (array.length < length) {
      array = new float[length];
      arrays.set(array);
    }
    return array;
  }
}
