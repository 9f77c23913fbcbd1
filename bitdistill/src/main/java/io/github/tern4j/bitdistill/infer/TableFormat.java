package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int8Matrix;

/** How embedding and head lie in memory. Each decoded token reads the whole head. */
public enum TableFormat {
  /** As trained. */
  F32,
  /** Half the bytes, 8 bits of precision. */
  BF16,
  /** Half the bytes, 11 bits of precision, no magnitude above 65,504. */
  F16,
  /** A quarter of the bytes: signed bytes with one scale for each row ({@link Int8Matrix}). */
  INT8;

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
   * A table in this format; the same one if it has it already.
   *
   * @throws IllegalArgumentException when a value is not finite or too large
   */
  DenseMatrix convert(FloatMatrix table) {
    return switch (this) {
      case F32 -> NativeFloats.as(DType.F32, table);
      case BF16 -> NativeFloats.as(DType.BF16, table);
      case F16 -> NativeFloats.as(DType.F16, table);
      case INT8 -> Int8Matrix.quantize(table);
    };
  }
}
