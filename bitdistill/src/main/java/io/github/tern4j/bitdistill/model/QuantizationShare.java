package io.github.tern4j.bitdistill.model;

/**
 * How much of quantization is in force: {@code x + share (q(x) - x)}. The share ramps from 0 to 1 over the first steps when a
 * warm-up is asked for (Hugging Face's 1.58-bit fine-tuning report; neither paper nor author code has one, so the default is 1
 * throughout). One object is shared by all layers of a model and moved on by its training loop.
 */
public final class QuantizationShare {

  private float now = 1;

  /** The share in force. */
  public float now() {
    return now;
  }

  /** Sets the share of step {@code step}, counted from 0, of a warm-up over {@code warmupSteps}. */
  public void at(long step, long warmupSteps) {
    now = step >= warmupSteps ? 1 : (float) step / warmupSteps;
  }
}
