package io.github.tern4j.tensor.dense;

import java.lang.foreign.MemorySegment;

/**
 * A weight {@code [out, in]} in native memory: {@code value(r, c) = rowScale(r) term(r, c)}, where a term is a number that F32
 * holds exactly. Rows are contiguous and follow each other without gaps. Little-endian, at any alignment.
 */
public sealed interface DenseMatrix permits FloatMatrix, Int8Matrix {

  /** Output rows. */
  int rows();

  /** Input columns. */
  int columns();

  /** Neighbouring columns in a word of 32 bits. */
  int run();

  /** What a product multiplies. */
  float term(int row, int column);

  /** The factor of a finished sum over a row; 1 where the format has none. */
  float rowScale(int row);

  /** The native memory with the terms. */
  MemorySegment memory();

  /** Where the terms of a row begin. */
  long rowAt(int row);

  /** Bytes of the terms of a row. */
  default long rowBytes() {
    return (long) columns() * Integer.BYTES / run();
  }

  /** {@code out[at + c] = value(row, c)} for all columns. */
  default void widen(int row, float[] out, int at) {
    float scale = rowScale(row);
    for (int column = 0; column < columns(); column++) {
      out[at + column] = term(row, column) * scale;
    }
  }

  /** A copy of some rows in the same format, so that their products have the same bits. */
  DenseMatrix select(int[] ids);

  /** Bytes that one pass over the matrix reads. */
  long byteSize();
}
