package io.github.tern4j.nn.generate;

import io.github.tern4j.tensor.BadInputException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.function.IntPredicate;

/** Continues a text token by token. */
public final class Generator {

  /** Why a text ended. */
  public enum End {
    /** The model chose a stop token. */
    STOP_TOKEN,
    /** As many tokens as were asked for. */
    MAX_TOKENS,
    /** The context is full. */
    CONTEXT_FULL,
    /** The listener wanted no more. */
    CANCELLED
  }

  /**
   * A continuation.
   *
   * @param ids the new tokens, without the stop token
   * @param end why there are no more
   */
  public record Continuation(int[] ids, End end) {}

  private final NextTokenModel model;
  private final Sampler sampler;

  /** A generator over a model and a way to choose. */
  public Generator(NextTokenModel model, Sampler sampler) {
    this.model = model;
    this.sampler = sampler;
  }

  /**
   * Forgets what the model has read and continues {@code prompt}.
   *
   * @param prompt at least one token
   * @param maxTokens most new tokens
   * @param stopIds tokens that end the text and do not belong to it
   * @param listener sees each new token as it comes and says whether to go on
   * @throws BadInputException when the prompt is empty or leaves no room in the context
   */
  public Continuation generate(int[] prompt, int maxTokens, Set<Integer> stopIds, IntPredicate listener) {
    if (prompt.length == 0) {
      throw new BadInputException("generate: empty prompt; expected at least one token");
    }
    if (prompt.length >= model.contextLimit()) {
      throw new BadInputException("generate: prompt of " + prompt.length + " tokens; expected fewer than the model's context of "
          + model.contextLimit());
    }
    if (maxTokens < 0) {
      throw new BadInputException("generate: " + maxTokens + " new tokens; expected a number from 0");
    }
    int room = model.contextLimit() - prompt.length;
    int limit = Math.min(maxTokens, room);
    End end = maxTokens > room ? End.CONTEXT_FULL : End.MAX_TOKENS;
    BitSet seen = new BitSet(model.vocabSize());
    int[] generated = new int[Math.min(limit, 1024)];
    int count = 0;
    int[] read = prompt;
    int[] one = new int[1];
    int[] stops = stopIds.stream().mapToInt(Integer::intValue).toArray();
    model.reset();
    while (count < limit) {
      int id = sampler.isGreedy() ? model.likeliest(read) : sampled(read, seen);
      if (contains(stops, id)) {
        end = End.STOP_TOKEN;
        break;
      }
      if (count == generated.length) {
        generated = Arrays.copyOf(generated, Math.min(limit, 2 * count));
      }
      generated[count++] = id;
      one[0] = id;
      read = one;
      if (!listener.test(id)) {
        end = End.CANCELLED;
        break;
      }
    }
    return new Continuation(Arrays.copyOf(generated, count), end);
  }

  /** Unlike the set, without an object for the id. */
  private static boolean contains(int[] ids, int wanted) {
    for (int id : ids) {
      if (id == wanted) {
        return true;
      }
    }
    return false;
  }

  private int sampled(int[] read, BitSet seen) {
    float[] logits = model.prefill(read);
    for (int id : read) {
      seen.set(id);
    }
    return sampler.next(logits, seen, model.length());
  }
}
