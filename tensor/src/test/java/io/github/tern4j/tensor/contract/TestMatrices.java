package io.github.tern4j.tensor.contract;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Dense weights of given values in every format. */
public enum TestMatrices {
  /** Floats as they are. */
  F32,
  /** The upper halves of floats. */
  BF16,
  /** Floats rounded to F16. */
  F16,
  /** Int8 of the floats. */
  INT8,
  /** Int4 of the floats. */
  INT4,
  /** Int8 of the floats in two planes. */
  PLANED_INT8;

  /** The formats whose products sum floats. */
  public static final List<TestMatrices> FLOATS = List.of(F32, BF16, F16);

  /** The formats whose products sum integers. */
  public static final List<TestMatrices> INTEGERS = List.of(INT8, INT4, PLANED_INT8);

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A weight that begins {@code before} bytes into its memory, at an odd byte perhaps, as a mapped file may have it. */
  public DenseMatrix of(float[] values, int rows, int columns, int before) {
    return switch (this) {
      case F32 -> floats(DType.F32, values, rows, columns, before);
      case BF16 -> floats(DType.BF16, values, rows, columns, before);
      case F16 -> floats(DType.F16, values, rows, columns, before);
      case INT8 -> Int8Matrix.quantize(floats(DType.F32, values, rows, columns, before));
      case INT4 -> Int4Matrix.quantize(floats(DType.F32, values, rows, columns, before));
      case PLANED_INT8 -> PlanedInt8Matrix.quantize(floats(DType.F32, values, rows, columns, before), Rng.of(columns));
    };
  }

  /** Values in one of the float types; those of 16 bits are rounded to nearest, BF16 halves away from zero. */
  public static FloatMatrix floats(DType dtype, float[] values, int rows, int columns, int before) {
    MemorySegment segment = Arena.ofAuto().allocate(before + dtype.bytes(values.length)).asSlice(before);
    for (int i = 0; i < values.length; i++) {
      switch (dtype) {
        case F32 -> segment.set(FLOAT, 4L * i, values[i]);
        case BF16 -> segment.set(SHORT, 2L * i, (short) (Float.floatToRawIntBits(values[i]) + 0x8000 >>> 16));
        case F16 -> segment.set(SHORT, 2L * i, Float.floatToFloat16(values[i]));
        case I8, I32, I64, TERNARY -> throw new IllegalArgumentException("no float matrix: " + dtype);
      }
    }
    return new FloatMatrix(Tensor.of(new NativeStorage(segment, dtype), Shape.of(rows, columns)));
  }
}
