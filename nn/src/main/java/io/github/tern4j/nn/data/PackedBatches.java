package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * Batches of windows of equal length from a shard, for pre-training: inputs are tokens {@code [s, s + length)}, targets the
 * tokens one further. Windows do not overlap and pay no attention to document boundaries, which are tokens to be learnt like
 * others.
 *
 * <p>Step {@code k} takes windows {@code k * batch, ..., (k + 1) * batch - 1} of an endless sequence in which each epoch is a
 * random order of all windows. It is a function of the random stream and {@code k}, so that a resumed run needs no replay. Tokens
 * behind the last whole window are left out. Safe for use by several threads.
 */
public final class PackedBatches {
  private final TokenShard shard;
  private final int batch;
  private final int tokens;
  private final int windows;
  private final EpochOrder<int[]> orders;

  /**
   * Batches of {@code batch} windows of {@code tokens} tokens in random order.
   *
   * @throws BadInputException if the shard is shorter than one window and its last target
   */
  public PackedBatches(TokenShard shard, int batch, int tokens, Rng rng) {
    this(shard, batch, tokens, rng, Rng::permutation);
  }

  /**
   * Batches of windows in the order of the shard, for corpora that go from easy to hard.
   *
   * @throws BadInputException if the shard is shorter than one window and its last target
   */
  public static PackedBatches inOrder(TokenShard shard, int batch, int tokens) {
    return new PackedBatches(shard, batch, tokens, Rng.of(0), (rng, windows) -> IntStream.range(0, windows).toArray());
  }

  private PackedBatches(TokenShard shard, int batch, int tokens, Rng rng, BiFunction<Rng, Integer, int[]> order) {
    if (batch < 1 || tokens < 1) {
      throw new IllegalArgumentException("packed batches: [" + batch + ", " + tokens + "]; expected at least [1, 1]");
    }
    if (shard.count() <= tokens) {
      throw new BadInputException("%s: has %d tokens, too few for a window of %d and the token after it; expected more text"
          .formatted(shard.file(), shard.count(), tokens));
    }
    this.shard = shard;
    this.batch = batch;
    this.tokens = tokens;
    windows = Math.toIntExact((shard.count() - 1) / tokens);
    int n = windows;
    orders = new EpochOrder<>(rng, epoch -> order.apply(epoch, n));
  }

  /** How many windows an epoch has. */
  public int windows() {
    return windows;
  }

  /** The batch of a step, from 0; all rows are full. */
  public PaddedBatch at(long step) {
    int[] ids = new int[batch * tokens];
    int[] targets = new int[batch * tokens];
    int[] window = new int[tokens + 1];
    for (int row = 0; row < batch; row++) {
      long index = step * batch + row;
      int chosen = orders.of(index / windows)[(int) (index % windows)];
      shard.copy((long) chosen * tokens, window, 0, tokens + 1);
      System.arraycopy(window, 0, ids, row * tokens, tokens);
      System.arraycopy(window, 1, targets, row * tokens, tokens);
    }
    int[] lengths = new int[batch];
    Arrays.fill(lengths, tokens);
    return new PaddedBatch(ids, targets, lengths, batch, tokens);
  }
}
