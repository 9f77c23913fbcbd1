package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.DType;
import java.util.Optional;

/**
 * Element types of the safetensors format, under the names they have in the header. All can be listed and copied byte by byte;
 * those with a {@link #dtype} can be read as a tensor.
 */
public enum SafetensorsType {
  /** IEEE 754 binary32. */
  F32(32, DType.F32),
  /** Upper half of a binary32. */
  BF16(16, DType.BF16),
  /** IEEE 754 binary16. */
  F16(16, DType.F16),
  /** Signed byte. */
  I8(8, DType.I8),
  /** Signed 32-bit integer. */
  I32(32, DType.I32),
  /** Signed 64-bit integer. */
  I64(64, DType.I64),
  /** Unsigned byte; no tensor type, since the signed one would change its values. */
  U8(8),
  /** One byte, 0 or 1. */
  BOOL(8),
  /** Signed 16-bit integer. */
  I16(16),
  /** Unsigned 16-bit integer. */
  U16(16),
  /** Unsigned 32-bit integer. */
  U32(32),
  /** Unsigned 64-bit integer. */
  U64(64),
  /** IEEE 754 binary64. */
  F64(64),
  /** Two binary32: a complex number. */
  C64(64),
  /** 4-bit float. */
  F4(4),
  /** 6-bit float, 2 exponent bits. */
  F6_E2M3(6),
  /** 6-bit float, 3 exponent bits. */
  F6_E3M2(6),
  /** 8-bit float, 4 exponent bits. */
  F8_E4M3(8),
  /** 8-bit float, 5 exponent bits. */
  F8_E5M2(8),
  /** 8-bit power of two. */
  F8_E8M0(8);

  private final int bits;
  private final Optional<DType> dtype;

  SafetensorsType(int bits) {
    this.bits = bits;
    this.dtype = Optional.empty();
  }

  SafetensorsType(int bits, DType dtype) {
    this.bits = bits;
    this.dtype = Optional.of(dtype);
  }

  /** Bits of one element. */
  public int bits() {
    return bits;
  }

  /** The tensor type with the same values, where there is one. */
  public Optional<DType> dtype() {
    return dtype;
  }

  /** Whether elements are floats that widen to F32 without rounding. */
  public boolean widensToFloat() {
    return this == F32 || this == BF16 || this == F16;
  }

  /** The file type with the values of {@code dtype}; packed ternary codes have none. */
  static Optional<SafetensorsType> of(DType dtype) {
    for (SafetensorsType type : values()) {
      if (type.dtype.isPresent() && type.dtype.get() == dtype) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
