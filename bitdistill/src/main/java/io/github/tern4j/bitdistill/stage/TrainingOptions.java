package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.optim.Schedule;

/**
 * Numbers that every stage of training has.
 *
 * @param batch sequences of an optimizer step
 * @param microBatches parts a batch is computed in, one after the other, to save memory
 * @param rate peak learning rate
 * @param warmupShare share of the steps in which the rate rises (author code: 5 %)
 * @param adamW the optimizer's numbers
 * @param checkpointed whether layers are computed again in the backward pass, to save memory
 * @param quantizationWarmupSteps steps over which quantization comes into force; 0 is at once (paper and author code)
 */
public record TrainingOptions(int batch, int microBatches, double rate, double warmupShare, AdamW.Options adamW,
    boolean checkpointed, long quantizationWarmupSteps) {

  /** The author code's warm-up share. */
  public static final double WARMUP_SHARE = 0.05;

  /** Checks the numbers. */
  public TrainingOptions {
    if (batch < 1 || microBatches < 1 || batch % microBatches != 0 || !(rate > 0)
        || !(warmupShare >= 0 && warmupShare <= 1) || quantizationWarmupSteps < 0) {
      throw new IllegalArgumentException("training: batch " + batch + ", micro-batches " + microBatches + ", rate " + rate
          + ", warm-up share " + warmupShare + ", quantization warm-up " + quantizationWarmupSteps
          + "; expected a batch divisible by its micro-batches, a positive rate, a share in [0, 1] and no negative number");
    }
  }

  /** One micro-batch, author code's warm-up, default optimizer, no checkpointing, full quantization from the start. */
  public static TrainingOptions of(int batch, double rate) {
    return new TrainingOptions(batch, 1, rate, WARMUP_SHARE, AdamW.Options.defaults(), false, 0);
  }

  /** Warm-up, then cosine to zero. */
  Schedule schedule(long steps) {
    return Schedule.cosine(rate, warmupShare, steps);
  }
}
