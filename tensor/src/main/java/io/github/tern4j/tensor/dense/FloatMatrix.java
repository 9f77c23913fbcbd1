package io.github.tern4j.tensor.dense;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A weight in F32, BF16 or F16 as files store it, often mapped. Rows are contiguous and follow each other without gaps, at any
 * alignment; they are read as words of 32 bits.
 *
 * <p>Rounding Gaussian weights to BF16 moves their products with Gaussian activations by 1.6e-3 (relative L2 error), to F16 by
 * 2.2e-4.
 */
public final class FloatMatrix implements DenseMatrix {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The exponent of F16, all ones in infinities and NaNs. */
  private static final int F16_EXPONENT = 0x7C00;

  private final Tensor weight;

  /**
   * A view of {@code weight [out, in]}, which it shares.
   *
   * @throws IllegalArgumentException unless it is contiguous F32, BF16 or F16 in native memory; or for an F16 that is not finite,
   *     which kernels would widen to a finite number
   */
  public FloatMatrix(Tensor weight) {
    this(weight, true);
  }

  private FloatMatrix(Tensor weight, boolean check) {
    boolean floats = switch (weight.dtype()) {
      case F32, BF16, F16 -> true;
      case I8, I32, I64, TERNARY -> false;
    };
    if (!floats || !(weight.storage() instanceof NativeStorage) || weight.shape().rank() != 2 || !weight.isContiguous()) {
      throw new IllegalArgumentException(
          "float matrix: " + weight + "; expected contiguous F32, BF16 or F16 [out, in] in native memory");
    }
    this.weight = weight;
    if (check && weight.dtype() == DType.F16) {
      requireFinite();
    }
  }

  private void requireFinite() {
    MemorySegment memory = memory();
    long from = rowAt(0);
    for (long i = 0; i < weight.size(); i++) {
      if ((memory.get(SHORT, from + Short.BYTES * i) & F16_EXPONENT) == F16_EXPONENT) {
        throw new IllegalArgumentException("float matrix: F16 element [" + i / columns() + ", " + i % columns()
            + "] is infinite or NaN; expected finite weights");
      }
    }
  }

  /** The element type: F32, BF16 or F16. */
  public DType dtype() {
    return weight.dtype();
  }

  @Override
  public int rows() {
    return weight.dim(0);
  }

  @Override
  public int columns() {
    return weight.dim(1);
  }

  /** Neighbouring columns in a word of 32 bits. */
  public int run() {
    return Integer.SIZE / weight.dtype().bits();
  }

  /** An element, widened exactly. */
  public float value(int row, int column) {
    long at = rowAt(row) + dtype().bytes(column);
    return switch (dtype()) {
      case F32 -> memory().get(FLOAT, at);
      case BF16 -> Float.intBitsToFloat(memory().get(SHORT, at) << Short.SIZE);
      case F16 -> Float.float16ToFloat(memory().get(SHORT, at));
      case I8, I32, I64, TERNARY -> throw new IllegalStateException("float matrix of " + dtype());
    };
  }

  @Override
  public void widen(int row, float[] out, int at) {
    for (int column = 0; column < columns(); column++) {
      out[at + column] = value(row, column);
    }
  }

  /** The native memory with the elements. */
  public MemorySegment memory() {
    return weight.segment();
  }

  /** Where a row begins. */
  public long rowAt(int row) {
    return weight.dtype().bytes(weight.elementOffset() + (long) row * columns());
  }

  /** Bytes of a row. */
  public long rowBytes() {
    return weight.dtype().bytes(columns());
  }

  @Override
  public FloatMatrix select(int[] ids) {
    NativeStorage copy = new NativeStorage(RowCopy.of(memory(), rowAt(0), rowBytes(), ids), weight.dtype());
    return new FloatMatrix(Tensor.of(copy, Shape.of(ids.length, columns())), false);
  }

  @Override
  public long byteSize() {
    return weight.dtype().bytes(weight.size());
  }
}
