package io.github.tern4j.nn.tokenizer;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;

/** {@link Merges} in a hash table. */
final class HashedMerges implements Merges {

  private final long[] pairs;
  private final int[] mergedIds;
  private final Long2LongOpenHashMap rankAndIdOfPair;

  /** Merges of packed pairs in the order in which they were learnt, with the id that each one makes; not copied. */
  HashedMerges(long[] pairs, int[] mergedIds) {
    this.pairs = pairs;
    this.mergedIds = mergedIds;
    rankAndIdOfPair = new Long2LongOpenHashMap(pairs.length);
    rankAndIdOfPair.defaultReturnValue(NONE);
    for (int rank = 0; rank < pairs.length; rank++) {
      rankAndIdOfPair.put(pairs[rank], Merges.pack(rank, mergedIds[rank]));
    }
  }

  @Override
  public int count() {
    return pairs.length;
  }

  @Override
  public long pair(int rank) {
    return pairs[rank];
  }

  @Override
  public int merged(int rank) {
    return mergedIds[rank];
  }

  @Override
  public long find(long pair) {
    return rankAndIdOfPair.get(pair);
  }
}
