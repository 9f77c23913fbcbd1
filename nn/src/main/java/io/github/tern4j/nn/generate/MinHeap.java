package io.github.tern4j.nn.generate;

/** Numbers of which the least is at hand: a binary heap in memory that the next use takes again. */
final class MinHeap {

  private double[] values = new double[0];
  private int size;

  /** Forgets all numbers and makes room for {@code most}. */
  void clear(int most) {
    size = 0;
    if (values.length < most) {
      values = new double[most];
    }
  }

  /** Appends a number; {@link #order} comes before the other methods. */
  void append(double value) {
    values[size++] = value;
  }

  /** Makes a heap of what was appended. */
  void order() {
    for (int at = size / 2 - 1; at >= 0; at--) {
      siftDown(at, values[at]);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  double least() {
    return values[0];
  }

  /** Puts another number in the place of the least one. */
  void replaceLeast(double value) {
    siftDown(0, value);
  }

  /** Removes the least number. */
  double takeLeast() {
    double least = values[0];
    size--;
    siftDown(0, values[size]);
    return least;
  }

  /** Puts a number where {@code at} is free, or below if children are less. */
  private void siftDown(int at, double value) {
    int free = at;
    for (int child = 2 * free + 1; child < size; child = 2 * free + 1) {
      if (child + 1 < size && values[child + 1] < values[child]) {
        child++;
      }
      if (values[child] >= value) {
        break;
      }
      values[free] = values[child];
      free = child;
    }
    values[free] = value;
  }
}
