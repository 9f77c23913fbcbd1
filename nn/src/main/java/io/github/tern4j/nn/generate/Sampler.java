package io.github.tern4j.nn.generate;

import io.github.tern4j.tensor.Rng;
import it.unimi.dsi.fastutil.doubles.DoubleHeapPriorityQueue;
import java.util.BitSet;

/**
 * Chooses the next token from logits. The steps come in the order of Hugging Face's {@code generate}, each working on what the
 * one before has left:
 *
 * <ol>
 *   <li>repetition penalty r (Keskar et al. 2019): logits of tokens in the text become {@code l / r} if positive, else
 *       {@code l r};
 *   <li>temperature 0: the largest logit, the lowest id at ties, and none of the steps below;
 *   <li>temperature t: {@code l / t};
 *   <li>top-k (Fan et al. 2018): tokens whose logit is at least the k-th largest, so more than k at ties;
 *   <li>top-p (Holtzman et al. 2020): the smallest set of most likely tokens with probability p or more together;
 *   <li>min-p (Nguyen et al. 2024): tokens with probability at least {@code minP} times the largest;
 *   <li>one of the remaining tokens, with its probability among them.
 * </ol>
 *
 * <p>The random number of a position depends on the seed and the position alone, so a text can be continued elsewhere. Deviation:
 * where ties cross the border of top-p, tokens with lower ids stay.
 *
 * <p>For one thread; scratch memory is kept.
 */
public final class Sampler {

  private final Sampling sampling;
  private final Rng rng;
  private int[] ids = new int[0];
  private double[] weights = new double[0];

  /** The least number first; keeps its memory. */
  private final DoubleHeapPriorityQueue heap = new DoubleHeapPriorityQueue();

  private int candidates;

  /** A sampler of the stream of {@code seed}. */
  public Sampler(Sampling sampling, long seed) {
    this.sampling = sampling;
    this.rng = Rng.of(seed).at("sampling");
  }

  /**
   * Chooses a token.
   *
   * @param logits {@code [vocabulary]}; overwritten
   * @param seen tokens of the text so far, for the repetition penalty
   * @param position of the chosen token in the text
   * @throws IllegalArgumentException when a logit is NaN, or none is above -infinity
   */
  public int next(float[] logits, BitSet seen, long position) {
    penalize(logits, seen);
    int best = mostLikely(logits);
    if (sampling.temperature() == 0) {
      return best;
    }
    collect(logits, logits[best]);
    if (sampling.topP() < 1) {
      keepTopP();
    }
    keepMinP();
    return draw(rng.uniform(position));
  }

  private void penalize(float[] logits, BitSet seen) {
    if (sampling.repetitionPenalty() == 1) {
      return;
    }
    float penalty = (float) sampling.repetitionPenalty();
    for (int id = seen.nextSetBit(0); id >= 0 && id < logits.length; id = seen.nextSetBit(id + 1)) {
      logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
    }
  }

  /** Whether {@link #next} looks at nothing but the largest logit. */
  boolean isGreedy() {
    return sampling.temperature() == 0 && sampling.repetitionPenalty() == 1;
  }

  /**
   * Position of the largest logit, the first at ties.
   *
   * @throws IllegalArgumentException when a logit is NaN, or none is above -infinity
   */
  static int mostLikely(float[] logits) {
    int best = 0;
    for (int id = 0; id < logits.length && !Float.isNaN(logits[best]); id++) {
      best = logits[id] > logits[best] || Float.isNaN(logits[id]) ? id : best;
    }
    if (!(logits[best] > Float.NEGATIVE_INFINITY)) {
      throw new IllegalArgumentException("sample: largest logit is " + logits[best] + "; expected a number above -infinity");
    }
    return best;
  }

  /** Fills the candidates, ascending by id, with weights {@code exp((l - max) / t)}: probabilities without their common divisor. */
  private void collect(float[] logits, float max) {
    if (ids.length < logits.length) {
      ids = new int[logits.length];
      weights = new double[logits.length];
    }
    boolean limited = sampling.topK() > 0 && sampling.topK() < logits.length;
    float smallest = limited ? kthLargest(logits, sampling.topK()) : Float.NEGATIVE_INFINITY;
    candidates = 0;
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] >= smallest && logits[id] > Float.NEGATIVE_INFINITY) {
        ids[candidates] = id;
        // Infinities of the same sign subtract to NaN; the largest logit has weight 1 whatever it is.
        weights[candidates++] = logits[id] == max ? 1 : Math.exp(((double) logits[id] - max) / sampling.temperature());
      }
    }
  }

  /** By a heap of the k largest so far. */
  private float kthLargest(float[] logits, int k) {
    heap.clear();
    for (int id = 0; id < k; id++) {
      heap.enqueue(logits[id]);
    }
    for (int id = k; id < logits.length; id++) {
      if (logits[id] > heap.firstDouble()) {
        heap.dequeueDouble();
        heap.enqueue(logits[id]);
      }
    }
    return (float) heap.firstDouble();
  }

  /** By a heap of the negated weights, of which few are taken. */
  private void keepTopP() {
    double total = total();
    // All tokens below this share together have less than 1 - p: they are out.
    double outside = (1 - sampling.topP()) * total / candidates;
    heap.clear();
    for (int i = 0; i < candidates; i++) {
      if (weights[i] >= outside) {
        heap.enqueue(-weights[i]);
      }
    }
    double wanted = sampling.topP() * total;
    double sum = 0;
    double border = Double.POSITIVE_INFINITY;
    int atBorder = 0;
    while (!heap.isEmpty() && sum < wanted) {
      double largest = -heap.dequeueDouble();
      atBorder = largest == border ? atBorder + 1 : 1;
      border = largest;
      sum += largest;
    }
    int kept = 0;
    for (int i = 0; i < candidates; i++) {
      if (weights[i] > border || weights[i] == border && atBorder-- > 0) {
        keep(i, kept++);
      }
    }
    candidates = kept;
  }

  private void keepMinP() {
    int kept = 0;
    for (int i = 0; i < candidates; i++) {
      // The largest weight is 1, and no filter removes it.
      if (weights[i] >= sampling.minP()) {
        keep(i, kept++);
      }
    }
    candidates = kept;
  }

  private void keep(int from, int to) {
    ids[to] = ids[from];
    weights[to] = weights[from];
  }

  private double total() {
    double total = 0;
    for (int i = 0; i < candidates; i++) {
      total += weights[i];
    }
    return total;
  }

  private int draw(double uniform) {
    double left = uniform * total();
    int last = 0;
    for (int i = 0; i < candidates; i++) {
      if (weights[i] > 0) {
        last = i;
        left -= weights[i];
        if (left < 0) {
          break;
        }
      }
    }
    return ids[last];
  }
}
