package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.DType;

/**
 * How weights lie in memory during inference. Norms and biases are always F32.
 *
 * @param projections type of the seven projections of a layer: F32, BF16, F16, or packed ternary for students
 * @param tables format of embedding and head
 */
public record WeightFormat(DType projections, TableFormat tables) {

  /** Everything as it was trained. */
  public static final WeightFormat F32 = new WeightFormat(DType.F32, TableFormat.F32);
  /** Projections, embedding and head in BF16, widened in registers: the full-precision baseline. */
  public static final WeightFormat BF16 = new WeightFormat(DType.BF16, TableFormat.BF16);
  /** The same in F16. */
  public static final WeightFormat F16 = new WeightFormat(DType.F16, TableFormat.F16);
  /** Packed ternary projections; embedding and head as they were trained. */
  public static final WeightFormat TERNARY = new WeightFormat(DType.TERNARY, TableFormat.F32);
  /** Packed ternary projections; embedding and head in BF16, as in {@link #BF16}. */
  public static final WeightFormat TERNARY_BF16 = new WeightFormat(DType.TERNARY, TableFormat.BF16);

  /** Refuses types in which projections cannot be. */
  public WeightFormat {
    switch (projections) {
      case F32, BF16, F16, TERNARY -> { }
      case I8, I32, I64 ->
          throw new IllegalArgumentException("projections as " + projections + "; expected F32, BF16, F16 or TERNARY");
    }
  }

  /** The same with another format of embedding and head. */
  public WeightFormat withTables(TableFormat changed) {
    return new WeightFormat(projections, changed);
  }

  /** Whether projections are ternary: for students, and for nothing else. */
  public boolean ternary() {
    return projections == DType.TERNARY;
  }
}
