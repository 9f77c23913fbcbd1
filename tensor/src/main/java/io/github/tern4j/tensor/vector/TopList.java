package io.github.tern4j.tensor.vector;

import java.util.Arrays;

/** The k largest of the values offered since {@link #clear}, in descending order; of equal ones those with smaller ids. */
final class TopList {

  private int[] ids = new int[0];
  private float[] values = new float[0];
  private int size;

  /** Begins another list, which fills these arrays. */
  void clear(int[] ids, float[] values) {
    this.ids = ids;
    this.values = values;
    size = 0;
    Arrays.fill(values, Float.NEGATIVE_INFINITY);
  }

  /** The k-th largest value; negative infinity before there are k. */
  float last() {
    return values[values.length - 1];
  }

  /** Takes a value into account. Ids may come in any order. */
  void offer(int id, float value) {
    if (size == ids.length && (value < last() || value == last() && id > ids[size - 1])) {
      return;
    }
    int at = Math.min(size, ids.length - 1);
    size = Math.min(size + 1, ids.length);
    for (; at > 0 && (values[at - 1] < value || values[at - 1] == value && ids[at - 1] > id); at--) {
      values[at] = values[at - 1];
      ids[at] = ids[at - 1];
    }
    values[at] = value;
    ids[at] = id;
  }

  /** Offers the values from {@code from} to {@code to} exclusive, ids being their positions. */
  void offerAll(float[] all, int from, int to) {
    for (int id = from; id < to; id++) {
      if (!(all[id] < last())) {
        offer(id, all[id]);
      }
    }
  }
}
