package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Shuffled batches of labelled examples of similar length, for fine-tuning.
 *
 * <p>Each epoch is a random order of all examples. It is cut into pools of {@value #BATCHES_PER_POOL} batches, each pool is
 * sorted by length and cut into batches, and all batches come in random order: little padding, and yet other neighbours every
 * epoch. The batch that is not full is kept. A batch is a function of the random stream and the step, so that a resumed run needs
 * no replay. Safe for use by several threads.
 */
public final class PaddedBatches {
  /** Larger pools save little padding more, and sort long examples together in every epoch. */
  private static final int BATCHES_PER_POOL = 50;

  private final List<EncodedExample> examples;
  private final int batch;
  private final int paddingId;
  private final int truncated;
  private final EpochOrder<int[][]> orders;

  /**
   * Batches of {@code batch} examples of at most {@code maxTokens} input tokens. Longer examples lose the start of their prompt,
   * never a token of the answer.
   *
   * @throws BadInputException if there are no examples, or an answer leaves no room for any of its prompt
   */
  public PaddedBatches(List<EncodedExample> examples, int batch, int maxTokens, int paddingId, Rng rng) {
    if (batch < 1) {
      throw new IllegalArgumentException("padded batches: batch " + batch + "; expected at least 1");
    }
    if (examples.isEmpty()) {
      throw new BadInputException("padded batches: no examples; expected at least one");
    }
    var fitting = new ArrayList<EncodedExample>(examples.size());
    int cut = 0;
    for (int i = 0; i < examples.size(); i++) {
      EncodedExample example = examples.get(i);
      int excess = Math.max(0, example.inputTokens() - maxTokens);
      if (excess >= example.prompt().length) {
        throw new BadInputException("example %d: answer has %d tokens, which leaves no room for its prompt within %d;"
            .formatted(i + 1, example.answer().length, maxTokens) + " expected a shorter answer or more tokens");
      }
      if (excess > 0) {
        cut++;
        example = new EncodedExample(
            Arrays.copyOfRange(example.prompt(), excess, example.prompt().length), example.answer());
      }
      fitting.add(example);
    }
    this.examples = List.copyOf(fitting);
    this.batch = batch;
    this.paddingId = paddingId;
    truncated = cut;
    orders = new EpochOrder<>(rng, this::bucketed);
  }

  /** How many examples lost the start of their prompt; report it, as it changes the task. */
  public int truncated() {
    return truncated;
  }

  /** How many batches an epoch has, the one that is not full included. */
  public int batchesPerEpoch() {
    return Math.ceilDiv(examples.size(), batch);
  }

  /** The batch of a step, from 0; step {@code batchesPerEpoch()} is the first of the second epoch. */
  public PaddedBatch at(long step) {
    int[] chosen = orders.of(step / batchesPerEpoch())[(int) (step % batchesPerEpoch())];
    return PaddedBatch.of(IntStream.of(chosen).mapToObj(examples::get).toList(), paddingId);
  }

  private int[][] bucketed(Rng rng) {
    int[] order = rng.at("examples").permutation(examples.size());
    int pool = BATCHES_PER_POOL * batch;
    for (int start = 0; start < order.length; start += pool) {
      sortByLength(order, start, Math.min(start + pool, order.length));
    }
    int[] batchOrder = rng.at("batches").permutation(batchesPerEpoch());
    int[][] batches = new int[batchOrder.length][];
    for (int i = 0; i < batches.length; i++) {
      int start = batchOrder[i] * batch;
      batches[i] = Arrays.copyOfRange(order, start, Math.min(start + batch, order.length));
    }
    return batches;
  }

  private void sortByLength(int[] order, int from, int to) {
    int[] sorted = Arrays.stream(order, from, to)
        .boxed()
        .sorted(Comparator.comparingInt(example -> examples.get(example).inputTokens()))
        .mapToInt(Integer::intValue)
        .toArray();
    System.arraycopy(sorted, 0, order, from, sorted.length);
  }
}
