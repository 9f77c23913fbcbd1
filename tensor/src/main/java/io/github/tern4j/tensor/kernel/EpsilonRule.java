package io.github.tern4j.tensor.kernel;

/** How a quantizer keeps its scale away from zero. */
public enum EpsilonRule {
  /** scale + eps: the paper's equations 1 to 3, and our default. */
  ADDED,
  /** max(scale, eps): what the first author's published code does. */
  LOWER_BOUND;

  /** The divisor for a scale, in float. */
  public float divisor(float scale, float eps) {
    return this == ADDED ? scale + eps : Math.max(scale, eps);
  }
}
