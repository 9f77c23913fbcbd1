package io.github.tern4j.tensor.dense;

/** A weight {@code [out, in]} in native memory, little-endian. */
public sealed interface DenseMatrix permits FloatMatrix, IntegerMatrix {

  /** Output rows. */
  int rows();

  /** Input columns. */
  int columns();

  /** {@code out[at + c] = value(row, c)} for all columns. */
  void widen(int row, float[] out, int at);

  /** A copy of some rows in the same format, so that their products have the same bits. */
  DenseMatrix select(int[] ids);

  /** Bytes that one pass over the matrix reads. */
  long byteSize();
}
