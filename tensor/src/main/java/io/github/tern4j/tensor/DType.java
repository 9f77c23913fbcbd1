package io.github.tern4j.tensor;

/** Element types of stored values. Arithmetic is F32 only; the other types are storage. */
public enum DType {
  /** IEEE 754 binary32: the compute type. */
  F32(32),
  /** The upper half of a binary32. */
  BF16(16),
  /** IEEE 754 binary16. */
  F16(16),
  /** Signed byte: quantized activations. */
  I8(8),
  /** Signed 32-bit integer. */
  I32(32),
  /** Signed 64-bit integer: ids and labels in files. */
  I64(64),
  /** A code of -1, 0 or 1 in two bits. */
  TERNARY(2);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** Bits of one element. */
  public int bits() {
    return bits;
  }

  /** Bytes of {@code elements} stored elements, rounded up to whole bytes. */
  public long bytes(long elements) {
    return Math.ceilDiv(Math.multiplyExact(elements, (long) bits), 8L);
  }
}
