package io.github.tern4j.nn.qwen3;

/** Where a student has SubLN, an RMSNorm in front of projections (Wu et al. 2025, eq. 4 and 5). */
public enum SubLn {
  /** Nowhere: plain Qwen3. */
  NONE,
  /** In front of o_proj and down_proj: the paper, and our default for students. */
  PAPER,
  /** In front of all seven projections: what the author's published settings and Microsoft's ternary embedding models use. */
  ALL
}
