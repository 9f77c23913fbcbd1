package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import java.util.Locale;

/** How embedding and head lie in memory. Each decoded token reads the whole head. */
public enum TableFormat {
  /** As trained. */
  F32,
  /** Half the bytes, 8 bits of precision. */
  BF16,
  /** Half the bytes, 11 bits of precision, no magnitude above 65,504. */
  F16,
  /** A quarter of the bytes: signed bytes with one scale for each row ({@link Int8Matrix}). */
  INT8,
  /** The same with high and low halves of the bytes apart, so that the likeliest token reads half of them ({@link PlanedInt8Matrix}). */
  PLANES,
  /** Four bits and a scale for each 32 columns ({@link Int4Matrix}). */
  INT4,
  /** Ternary codes with a scale for each {@value TernaryTable#GROUP} columns, multiplied with int8 activations. */
  TERNARY;

  /** Dither is drawn from the same numbers for every model. */
  private static final long DITHER_SEED = 0;

  /** The format in which tables of floats are stored. */
  static TableFormat of(DType type) {
    return switch (type) {
      case F32 -> F32;
      case BF16 -> BF16;
      case F16 -> F16;
      case I8, I32, I64, TERNARY -> throw new IllegalArgumentException("table of " + type + "; expected F32, BF16 or F16");
    };
  }

  /**
   * A table in this format; floats that have it already are shared.
   *
   * @throws IllegalArgumentException when a value is not finite or too large
   */
  TableWeight convert(FloatMatrix table, Backend backend) {
    return switch (this) {
      case F32, BF16, F16, INT8, PLANES, INT4 -> new DenseWeight(dense(table), backend);
      case TERNARY -> TernaryTable.quantize(table, backend);
    };
  }

  /**
   * A table in this format, which is not {@link #TERNARY}; floats that have it already are shared.
   *
   * @throws IllegalArgumentException when a value is not finite or too large
   */
  DenseMatrix dense(FloatMatrix table) {
    return switch (this) {
      case F32 -> NativeFloats.as(DType.F32, table);
      case BF16 -> NativeFloats.as(DType.BF16, table);
      case F16 -> NativeFloats.as(DType.F16, table);
      case INT8 -> Int8Matrix.quantize(table);
      case PLANES -> PlanedInt8Matrix.quantize(table, Rng.of(DITHER_SEED));
      case INT4 -> Int4Matrix.quantize(table);
      case TERNARY -> throw new IllegalArgumentException("table of ternary codes; expected a dense format");
    };
  }

  /** The name of this format in files and messages. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
