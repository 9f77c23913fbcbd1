package io.github.tern4j.tensor.cache;

import io.github.tern4j.tensor.DType;

/** How keys and values are stored. */
public enum KeyValueFormat {
  /** As computed. */
  F32(DType.F32),
  /** The upper half of F32, rounded to nearest, ties to even: a relative error of at most 2^-8. */
  BF16(DType.BF16),
  /**
   * Signed bytes with an F32 scale for each token, head, and key or value: {@code scale = max|x| / 127},
   * {@code code = rint(x / scale)}; an error of at most {@code max|x| / 254}.
   */
  INT8(DType.I8);

  private final DType type;

  KeyValueFormat(DType type) {
    this.type = type;
  }

  /** Bytes of a row of {@link KeyValueBlocks#BLOCK} elements. */
  long rowBytes() {
    return type.bytes(KeyValueBlocks.BLOCK);
  }
}
