package io.github.tern4j.nn.tokenizer;

import it.unimi.dsi.fastutil.longs.LongHeapPriorityQueue;
import java.util.Arrays;

/**
 * Merges the bytes of a word: as long as two neighbours can be merged, the pair that was learnt first is merged, the leftmost one
 * when it occurs more than once.
 *
 * <p>Tokens form a linked list and possible merges wait in a heap, so that a word of n bytes takes O(n log n) steps; looking for
 * the best pair anew after each merge would be quadratic in the long runs that a word without spaces can be.
 */
final class WordMerger {

  private final Merges merges;

  /** A merger of words by {@code merges}. */
  WordMerger(Merges merges) {
    this.merges = merges;
  }

  /** Merges a word; {@code tokens} (one per byte) is overwritten. */
  int[] merge(int[] tokens) {
    int length = tokens.length;
    int[] previous = new int[length];
    int[] next = new int[length];
    for (int i = 0; i < length; i++) {
      previous[i] = i - 1;
      next[i] = i + 1;
    }
    var candidates = new LongHeapPriorityQueue(length); // (rank, position of the left token): lowest rank, then leftmost
    for (int i = 0; i + 1 < length; i++) {
      offer(tokens, i, i + 1, candidates);
    }
    int remaining = length;
    while (!candidates.isEmpty()) {
      long candidate = candidates.dequeueLong();
      int left = Merges.low(candidate);
      int right = next[left];
      if (tokens[left] < 0 || right == length) {
        continue;
      }
      long merge = merges.find(Merges.pack(tokens[left], tokens[right]));
      if (merge == Merges.NONE || Merges.high(merge) != Merges.high(candidate)) {
        continue; // one of the two was merged since
      }
      tokens[left] = Merges.low(merge);
      tokens[right] = -1;
      remaining--;
      next[left] = next[right];
      if (next[left] < length) {
        previous[next[left]] = left;
        offer(tokens, left, next[left], candidates);
      }
      if (previous[left] >= 0) {
        offer(tokens, previous[left], left, candidates);
      }
    }
    return remaining == length ? tokens : alive(tokens, remaining);
  }

  private void offer(int[] tokens, int left, int right, LongHeapPriorityQueue candidates) {
    long merge = merges.find(Merges.pack(tokens[left], tokens[right]));
    if (merge != Merges.NONE) {
      candidates.enqueue(Merges.pack(Merges.high(merge), left));
    }
  }

  private static int[] alive(int[] tokens, int count) {
    int[] result = new int[count];
    int n = 0;
    for (int token : tokens) {
      if (token >= 0) {
        result[n++] = token;
      }
    }
    assert n == count : Arrays.toString(tokens);
    return result;
  }
}
