package io.github.tern4j.nn.tokenizer;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongHeapPriorityQueue;
import java.util.Arrays;

/**
 * The learnt merges, and their application to one word: as long as two neighbours can be merged, the pair that was learnt first
 * is merged, the leftmost one when it occurs more than once.
 *
 * <p>Tokens form a linked list and possible merges wait in a heap, so that a word of n bytes takes O(n log n) steps; looking for
 * the best pair anew after each merge would be quadratic in the long runs that a word without spaces can be.
 */
final class BytePairMerges {
  private static final long NONE = -1;

  /** (left id, right id) to (rank, merged id), each two ints in a long. */
  private final Long2LongOpenHashMap rankAndIdOfPair;

  /** Merges of (left id, right id) pairs in the order in which they were learnt, with the id that each one makes. */
  BytePairMerges(long[] pairs, int[] mergedIds) {
    rankAndIdOfPair = new Long2LongOpenHashMap(pairs.length);
    rankAndIdOfPair.defaultReturnValue(NONE);
    for (int rank = 0; rank < pairs.length; rank++) {
      rankAndIdOfPair.put(pairs[rank], pack(rank, mergedIds[rank])); // of two equal pairs the later counts, as in Hugging Face
    }
  }

  static long pack(int high, int low) {
    return (long) high << 32 | low & 0xffffffffL;
  }

  static int high(long packed) {
    return (int) (packed >>> 32);
  }

  static int low(long packed) {
    return (int) packed;
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
      int left = low(candidate);
      int right = next[left];
      if (tokens[left] < 0 || right == length) {
        continue;
      }
      long merge = rankAndIdOfPair.get(pack(tokens[left], tokens[right]));
      if (merge == NONE || high(merge) != high(candidate)) {
        continue; // one of the two was merged since
      }
      tokens[left] = low(merge);
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
    long merge = rankAndIdOfPair.get(pack(tokens[left], tokens[right]));
    if (merge != NONE) {
      candidates.enqueue(pack(high(merge), left));
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
