package io.github.tern4j.nn.tokenizer;

import java.util.function.IntUnaryOperator;

/** {@link Merges} in a {@link TokenizerImage}, by binary search. */
final class MergesImage implements Merges {

  private static final int IDS = 3;

  private final int count;
  private final IntUnaryOperator ids;
  private final int pairs;
  private final IntUnaryOperator byPair;

  /** The merges that come next in an image. */
  MergesImage(ImageReader in) {
    count = in.next();
    ids = in.ints(IDS * count);
    pairs = in.next();
    byPair = in.ints(pairs);
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long pair(int rank) {
    return Merges.pack(ids.applyAsInt(IDS * rank), ids.applyAsInt(IDS * rank + 1));
  }

  @Override
  public int merged(int rank) {
    return ids.applyAsInt(IDS * rank + 2);
  }

  @Override
  public long find(long pair) {
    int place = BinarySearch.find(pairs, i -> Long.compare(pair(byPair.applyAsInt(i)), pair));
    if (place < 0) {
      return NONE;
    }
    int rank = byPair.applyAsInt(place);
    return Merges.pack(rank, merged(rank));
  }
}
