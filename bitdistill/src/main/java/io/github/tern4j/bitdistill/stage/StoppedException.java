package io.github.tern4j.bitdistill.stage;

/** A training was asked to stop and has done so between two steps; its state is saved when it has checkpoints. */
public final class StoppedException extends RuntimeException {

  /** Says where it stopped. */
  public StoppedException(long step, long totalSteps) {
    super("stopped after step " + step + " of " + totalSteps + "; --resume goes on from there");
  }
}
