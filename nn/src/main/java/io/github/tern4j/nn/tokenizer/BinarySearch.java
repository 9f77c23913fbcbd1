package io.github.tern4j.nn.tokenizer;

import java.util.function.IntUnaryOperator;

/** Search among things that are in order but in no list. */
final class BinarySearch {

  private BinarySearch() {}

  /**
   * The place of a thing, or -1 if it is not there.
   *
   * @param count places, from 0
   * @param comparison of the thing at a place with the wanted one: below, at or above 0
   */
  static int find(int count, IntUnaryOperator comparison) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      int found = comparison.applyAsInt(middle);
      if (found == 0) {
        return middle;
      }
      if (found < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }
}
