package io.github.tern4j.bitdistill.benchmark;

/** What a training step trains. */
public enum TrainingMode {
  /** A full-precision model, with cross-entropy. */
  FP,
  /** The ternary student with SubLN, with cross-entropy: stage 2. */
  BIT,
  /** The student with a frozen full-precision teacher of the same shape and all three terms: stage 3. */
  DISTILL
}
