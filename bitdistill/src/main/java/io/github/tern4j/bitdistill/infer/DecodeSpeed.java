package io.github.tern4j.bitdistill.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures how many tokens a second models read and write. Models are measured in turns, since a shared machine changes its
 * speed from minute to minute; what counts is the median of the turns.
 */
public final class DecodeSpeed {

  /** Tokens read at once, as the comparisons of other engines do; half the context if that is less. */
  private static final int PROMPT = 128;

  /** Tokens written one by one in a turn. */
  private static final int WRITTEN = 32;

  /** Turns that do not count: loops have to run some thousand times before the JIT has compiled them. */
  private static final int WARM_UP_TURNS = 3;

  private static final int FEWEST_TURNS = 3;
  private static final double NANOS = 1e9;

  /**
   * Speeds of one model, medians over turns.
   *
   * @param prefillTokensPerSecond reading a prompt
   * @param decodeTokensPerSecond writing token by token behind it
   * @param turns how many turns counted
   */
  public record Speed(double prefillTokensPerSecond, double decodeTokensPerSecond, int turns) {}

  private final LongSupplier nanos;

  /** A measurement with a clock, {@code System::nanoTime}. */
  public DecodeSpeed(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Speed of one model, measured for about {@code seconds}. */
  public Speed measure(InferenceModel model, double seconds) {
    return measure(List.of(model), seconds).getFirst();
  }

  /** Speeds of several models, measured in turns for about {@code seconds} in all, warm-up included. */
  public List<Speed> measure(List<InferenceModel> models, double seconds) {
    List<DecodeSession> sessions = models.stream().map(InferenceModel::session).toList();
    List<List<double[]>> turns = new ArrayList<>();
    sessions.forEach(session -> turns.add(new ArrayList<>()));
    long end = nanos.getAsLong() + (long) (seconds * NANOS);
    for (int turn = 0; turn < WARM_UP_TURNS + FEWEST_TURNS || nanos.getAsLong() < end; turn++) {
      for (int i = 0; i < sessions.size(); i++) {
        double[] speeds = turn(sessions.get(i));
        if (turn >= WARM_UP_TURNS) {
          turns.get(i).add(speeds);
        }
      }
    }
    return turns.stream().map(of -> new Speed(median(of, 0), median(of, 1), of.size())).toList();
  }

  /** Tokens per second of prefill and decoding in one turn. */
  private double[] turn(DecodeSession session) {
    int promptTokens = Math.max(1, Math.min(PROMPT, session.contextLimit() / 2));
    int written = Math.min(WRITTEN, session.contextLimit() - promptTokens);
    int[] prompt = new int[promptTokens];
    Arrays.setAll(prompt, i -> i % session.vocabSize());
    session.reset();
    long start = nanos.getAsLong();
    session.prefill(prompt);
    long read = nanos.getAsLong();
    for (int i = 0; i < written; i++) {
      session.decode(prompt[i % promptTokens]);
    }
    long end = nanos.getAsLong();
    return new double[] {promptTokens * NANOS / (read - start), written * NANOS / (end - read)};
  }

  private static double median(List<double[]> turns, int which) {
    double[] sorted = turns.stream().mapToDouble(speeds -> speeds[which]).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
