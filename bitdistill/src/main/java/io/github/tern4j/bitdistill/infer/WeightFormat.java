package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.DType;

/** How weights lie in memory during inference. Norms and biases are always F32. */
public enum WeightFormat {
  /** Everything as it was trained. */
  F32(DType.F32, DType.F32),
  /** Projections, embedding and head in BF16, widened in registers: the full-precision baseline. */
  BF16(DType.BF16, DType.BF16),
  /** Packed ternary projections; embedding and head as they were trained. */
  TERNARY(DType.TERNARY, DType.F32),
  /** Packed ternary projections; embedding and head in BF16, as in {@link #BF16}. */
  TERNARY_BF16(DType.TERNARY, DType.BF16);

  private final DType projections;
  private final DType tables;

  WeightFormat(DType projections, DType tables) {
    this.projections = projections;
    this.tables = tables;
  }

  /** Type of the seven projections of a layer. */
  public DType projections() {
    return projections;
  }

  /** Type of embedding and head. */
  public DType tables() {
    return tables;
  }

  /** Whether projections are ternary: for students, and for nothing else. */
  public boolean ternary() {
    return projections == DType.TERNARY;
  }
}
