package io.github.tern4j.tensor.contract;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.UnaryOperator;

/** Random test tensors in several layouts; the same seed and the same order of calls give the same tensors. */
public final class TestTensors {

  /** Where the elements of a tensor lie in its buffer. */
  public enum Layout {
    /** The whole buffer. */
    CONTIGUOUS,
    /** Contiguous, but not at the beginning of the buffer. */
    OFFSET,
    /** Rows with gaps between them, not at the beginning of the buffer. */
    STRIDED
  }

  private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements in front of an operand in native memory. */
  private static final int BEFORE = 12;

  private final Rng rng;
  private long made;

  /** A source of tensors. */
  public TestTensors(long seed) {
    this.rng = Rng.of(seed);
  }

  /** Standard normal values, contiguous. */
  public Operand normal(int... dims) {
    return normal(Layout.CONTIGUOUS, dims);
  }

  /** Standard normal values. */
  public Operand normal(Layout layout, int... dims) {
    return switch (layout) {
      case CONTIGUOUS -> new Operand(buffer(Shape.of(dims)), UnaryOperator.identity());
      case OFFSET -> {
        int size = Shape.of(dims).intSize();
        yield new Operand(buffer(Shape.of(size + 8)), base -> base.slice(0, 3, 3 + size).reshape(dims));
      }
      case STRIDED -> {
        Shape wide = Shape.of(dims).with(-1, dims[dims.length - 1] + 5);
        yield new Operand(buffer(wide), base -> base.slice(-1, 2, 2 + dims[dims.length - 1]));
      }
    };
  }

  /** Standard normal values times {@code factor}, contiguous. */
  public Operand scaled(double factor, int... dims) {
    Tensor unit = buffer(Shape.of(dims));
    float[] values = unit.array();
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) factor;
    }
    return Operand.of(values, dims);
  }

  /** Signed bytes over their whole range in native memory. */
  public Operand bytes(int... dims) {
    Shape shape = Shape.of(dims);
    Rng stream = rng.at(made++);
    MemorySegment segment = Arena.ofAuto().allocate(shape.size());
    for (long i = 0; i < shape.size(); i++) {
      segment.set(ValueLayout.JAVA_BYTE, i, (byte) stream.bits(i));
    }
    return new Operand(Tensor.of(new NativeStorage(segment, DType.I8), shape), UnaryOperator.identity());
  }

  /** Normal values rounded to BF16 in native memory: with 12 elements before the operand and a byte before all, as in a file. */
  public Operand bf16(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = buffer(Shape.of(shape.intSize() + BEFORE)).array();
    MemorySegment bytes = Arena.ofAuto().allocate(1 + DType.BF16.bytes(values.length)).asSlice(1);
    for (int i = 0; i < values.length; i++) {
      bytes.set(BF16, DType.BF16.bytes(i), (short) (Float.floatToIntBits(values[i]) >> Short.SIZE));
    }
    Tensor stored = Tensor.of(new NativeStorage(bytes, DType.BF16), Shape.of(values.length));
    return new Operand(stored, all -> all.slice(0, BEFORE, values.length).reshape(dims));
  }

  /** A packed matrix of random codes and positive scales. */
  public PackedTernary ternary(int groupSize, int rows, int columns) {
    Shape shape = Shape.of(rows, columns);
    Rng stream = rng.at(made++);
    byte[] codes = new byte[rows * columns];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (stream.below(i, 3) - 1);
    }
    float[] scales = new float[groupSize == 0 ? 1 : rows * Math.ceilDiv(columns, groupSize)];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) stream.at(1).uniform(i) + 0.01f;
    }
    MemorySegment packed = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns));
    PackedTernary.pack(codes, shape, packed);
    return new PackedTernary(shape, groupSize, packed, scales);
  }

  /** Numbers from 0 to {@code bound} exclusive. */
  public int[] indices(int count, int bound) {
    Rng stream = rng.at(made++);
    int[] indices = new int[count];
    for (int i = 0; i < count; i++) {
      indices[i] = stream.below(i, bound);
    }
    return indices;
  }

  private Tensor buffer(Shape shape) {
    Rng stream = rng.at(made++);
    float[] values = new float[shape.intSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) stream.normal(i);
    }
    return Tensor.of(values, shape.dims());
  }
}
