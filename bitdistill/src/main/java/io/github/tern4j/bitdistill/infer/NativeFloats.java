package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.file.HalfPrecision;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.dense.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Weights of floats brought into native memory and into another type. */
final class NativeFloats {

  private NativeFloats() {}

  /** A copy of F32 values {@code [out, in]} on the heap. */
  static FloatMatrix copy(Tensor values) {
    MemorySegment copy = allocate(DType.F32, values.shape());
    MemorySegment.copy(values.array(), values.arrayOffset(), copy, ValueLayout.JAVA_FLOAT, 0, values.shape().intSize());
    return matrix(copy, DType.F32, values.shape());
  }

  /**
   * The matrix itself if it has this type, or a copy rounded to nearest, ties to even.
   *
   * @param type F32, BF16 or F16
   * @throws IllegalArgumentException when a value is too large for F16
   */
  static FloatMatrix as(DType type, FloatMatrix matrix) {
    return matrix.dtype() == type ? matrix : converted(type, matrix);
  }

  private static FloatMatrix converted(DType type, FloatMatrix matrix) {
    Shape shape = Shape.of(matrix.rows(), matrix.columns());
    MemorySegment copy = allocate(type, shape);
    float[] row = new float[matrix.columns()];
    for (int i = 0; i < matrix.rows(); i++) {
      matrix.widen(i, row, 0);
      narrow(type, row, copy.asSlice(i * type.bytes(row.length)), row.length);
    }
    return matrix(copy, type, shape);
  }

  /** Stores the first {@code count} values as F32, BF16 or F16, rounded to nearest, ties to even. */
  static void narrow(DType type, float[] values, MemorySegment target, int count) {
    SafetensorsType stored = switch (type) {
      case F32 -> SafetensorsType.F32;
      case BF16 -> SafetensorsType.BF16;
      case F16 -> SafetensorsType.F16;
      case I8, I32, I64, TERNARY -> throw new IllegalArgumentException("weight as " + type + "; expected F32, BF16 or F16");
    };
    HalfPrecision.narrow(stored, values, target, count);
  }

  /** Native memory for a weight. */
  static MemorySegment allocate(DType type, Shape shape) {
    return WeightMemory.allocate(type.bytes(shape.size()));
  }

  /** The matrix in native memory. */
  static FloatMatrix matrix(MemorySegment memory, DType type, Shape shape) {
    return new FloatMatrix(Tensor.of(new NativeStorage(memory, type), shape));
  }
}
