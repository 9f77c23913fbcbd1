package io.github.tern4j.nn.optim;

/**
 * A learning rate over the steps of a training: linear warm-up, then cosine, linear or constant.
 *
 * <p>At step s from 0: {@code peak (s + 1) / warmup} below {@code warmup}; then with
 * {@code p = min(1, (s - warmup) / (total - warmup))} the base is {@code (1 + cos(pi p)) / 2}, {@code 1 - p} or 1, and the rate
 * is
 * {@code peak (floor + (1 - floor) base)}.
 *
 * @param kind shape after warm-up
 * @param peak largest rate
 * @param warmupSteps steps of the warm-up
 * @param totalSteps steps until the floor is reached
 * @param floor smallest rate as a share of the peak
 * @param warmupFromZero whether step 0 has rate 0 ({@code s / warmup}, as in Hugging Face) instead of {@code (s + 1) / warmup}
 */
public record Schedule(Kind kind, double peak, long warmupSteps, long totalSteps, double floor, boolean warmupFromZero) {

  /** Shape after the warm-up. */
  public enum Kind {
    /** Half a cosine down to the floor. */
    COSINE,
    /** A straight line down to the floor. */
    LINEAR,
    /** The peak throughout. */
    CONSTANT
  }

  /** Checks the numbers. */
  public Schedule {
    if (!(peak >= 0) || warmupSteps < 0 || totalSteps < 0 || !(floor >= 0 && floor <= 1)) {
      throw new IllegalArgumentException("schedule: peak " + peak + ", warm-up " + warmupSteps + ", total " + totalSteps
          + ", floor " + floor + "; expected no negative number and a floor of at most 1");
    }
  }

  /** Warm-up over a share of the steps, then cosine to zero: what the paper's fine-tunings use. */
  public static Schedule cosine(double peak, double warmupShare, long totalSteps) {
    return new Schedule(Kind.COSINE, peak, Math.round(warmupShare * totalSteps), totalSteps, 0, false);
  }

  /** The learning rate of step {@code step}, counted from 0. */
  public double rate(long step) {
    if (step < warmupSteps) {
      return peak * (warmupFromZero ? step : step + 1) / warmupSteps;
    }
    double progress = totalSteps <= warmupSteps ? 1 : Math.min(1, (double) (step - warmupSteps) / (totalSteps - warmupSteps));
    double base = switch (kind) {
      case COSINE -> (1 + Math.cos(Math.PI * progress)) / 2;
      case LINEAR -> 1 - progress;
      case CONSTANT -> 1;
    };
    return peak * (floor + (1 - floor) * base);
  }
}
