package io.github.tern4j.tensor.kernel;

/** How token vectors become relation scores (Wu et al. 2025; where the algorithm box and equation 12 differ, both are here). */
public enum RelationMode {
  /** Algorithm 1: rows divided by max(norm, 1e-12), scores x x^T / temperature. */
  ALGORITHM1(true, false),
  /** The same rows, scores x x^T / (sqrt(width) temperature). */
  L2_SCALED(true, true),
  /** Equation 12: rows as they are, scores x x^T / (sqrt(width) temperature). */
  EQUATION12(false, true);

  private final boolean normalized;
  private final boolean scaledByWidth;

  RelationMode(boolean normalized, boolean scaledByWidth) {
    this.normalized = normalized;
    this.scaledByWidth = scaledByWidth;
  }

  /** Whether rows are divided by their Euclidean norm. */
  public boolean normalized() {
    return normalized;
  }

  /** The factor scores are multiplied by, for vectors of this width. */
  public float scoreFactor(int width, float temperature) {
    return (float) (1 / ((scaledByWidth ? Math.sqrt(width) : 1) * temperature));
  }
}
