package io.github.tern4j.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A strided view of a {@link Storage}: element {@code (i0, .., in)} lies at {@code offset + sum(i_d * stride_d)}, counted in
 * elements. Views (reshape, slice, transpose, expand) share the storage. Tensors hold no reference to a backend.
 */
public final class Tensor {

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Storage storage;
  private final Shape shape;
  private final long[] strides;
  private final long offset;

  private Tensor(Storage storage, Shape shape, long[] strides, long offset) {
    this.storage = storage;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /** A contiguous tensor over the first elements of {@code storage}. */
  public static Tensor of(Storage storage, Shape shape) {
    if (shape.size() > storage.elements()) {
      throw new IllegalArgumentException(
          "tensor: shape " + shape + " needs " + shape.size() + " elements; the storage has " + storage.elements());
    }
    return new Tensor(storage, shape, contiguousStrides(shape), 0);
  }

  /** A contiguous tensor over {@code values}, which it shares. */
  public static Tensor of(float[] values, int... dims) {
    return of(new FloatStorage(values), Shape.of(dims));
  }

  /** A contiguous F32 tensor of zeros on the heap. */
  public static Tensor zeros(int... dims) {
    return zeros(Shape.of(dims));
  }

  /** A contiguous F32 tensor of zeros on the heap. */
  public static Tensor zeros(Shape shape) {
    return of(new FloatStorage(new float[shape.intSize()]), shape);
  }

  /** Storage of the elements, shared by all views of it. */
  public Storage storage() {
    return storage;
  }

  /** Dimensions. */
  public Shape shape() {
    return shape;
  }

  /** Element type. */
  public DType dtype() {
    return storage.dtype();
  }

  /** Elements between neighbours along {@code axis}; negative axes count from the end. */
  public long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  /** Position of the first element in the storage. */
  public long elementOffset() {
    return offset;
  }

  /** {@code shape().dim(axis)}. */
  public int dim(int axis) {
    return shape.dim(axis);
  }

  /** Number of elements. */
  public long size() {
    return shape.size();
  }

  /**
   * The heap array behind an F32 tensor; element 0 of the tensor is at {@link #arrayOffset()}.
   *
   * @throws IllegalStateException when the elements are not F32 on the heap
   */
  public float[] array() {
    if (storage instanceof FloatStorage floats) {
      return floats.array();
    }
    throw new IllegalStateException(
        "tensor " + this + ": elements lie in " + storage.getClass().getSimpleName() + "; expected F32 on the heap");
  }

  /**
   * The native memory behind a stored tensor; element 0 of the tensor is element {@link #elementOffset()} there.
   *
   * @throws IllegalStateException when the elements are not in native memory
   */
  public MemorySegment segment() {
    if (storage instanceof NativeStorage stored) {
      return stored.segment();
    }
    throw new IllegalStateException(
        "tensor " + this + ": elements lie in " + storage.getClass().getSimpleName() + "; expected native memory");
  }

  /** {@link #elementOffset()} as an array index. */
  public int arrayOffset() {
    return Math.toIntExact(offset);
  }

  /** {@link #stride(int)} as an array distance. */
  public int arrayStride(int axis) {
    return Math.toIntExact(stride(axis));
  }

  /** Whether the elements lie in row-major order without gaps; a tensor without elements has none. */
  public boolean isContiguous() {
    if (size() == 0) {
      return true;
    }
    long expected = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      if (shape.dim(axis) != 1 && strides[axis] != expected) {
        return false;
      }
      expected *= shape.dim(axis);
    }
    return true;
  }

  /** Whether neighbours along the last dimension are neighbours in memory, which every kernel asks for. */
  public boolean lastIsContiguous() {
    return size() == 0 || shape.rank() == 0 || shape.dim(-1) == 1 || strides[shape.rank() - 1] == 1;
  }

  /**
   * The same elements in another shape; one dimension may be -1 and is computed.
   *
   * @throws IllegalArgumentException when the sizes differ or the elements are not contiguous
   */
  public Tensor reshape(int... dims) {
    int[] target = dims.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < target.length; i++) {
      if (target[i] == -1 && open < 0) {
        open = i;
      } else {
        known *= target[i];
      }
    }
    if (open >= 0) {
      target[open] = known == 0 ? 0 : Math.toIntExact(size() / known);
    }
    return reshape(Shape.of(target));
  }

  /** The same elements in another shape. */
  public Tensor reshape(Shape target) {
    if (target.size() != size()) {
      throw new IllegalArgumentException(
          "reshape: sizes differ: " + shape + " has " + size() + " elements, target " + target + " has " + target.size());
    }
    if (!isContiguous()) {
      throw new IllegalArgumentException("reshape: " + this + " is a strided view; expected contiguous elements (copy it first)");
    }
    return new Tensor(storage, target, contiguousStrides(target), offset);
  }

  /** Elements {@code from} (inclusive) to {@code to} (exclusive) along {@code axis}. */
  public Tensor slice(int axis, int from, int to) {
    int at = shape.axis(axis);
    if (from < 0 || to < from || to > shape.dim(at)) {
      throw new IllegalArgumentException(
          "slice: range " + from + ".." + to + " along axis " + axis + " of " + shape + "; expected 0.." + shape.dim(at));
    }
    return new Tensor(storage, shape.with(at, to - from), strides, offset + from * strides[at]);
  }

  /** Element {@code index} along {@code axis}, which disappears. */
  public Tensor select(int axis, int index) {
    int at = shape.axis(axis);
    Tensor row = slice(at, index, index + 1);
    int[] dims = new int[shape.rank() - 1];
    long[] kept = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      int source = i < at ? i : i + 1;
      dims[i] = shape.dim(source);
      kept[i] = strides[source];
    }
    return new Tensor(storage, Shape.of(dims), kept, row.offset);
  }

  /** The view with two axes exchanged. */
  public Tensor transpose(int axisA, int axisB) {
    int a = shape.axis(axisA);
    int b = shape.axis(axisB);
    int[] dims = shape.dims();
    long[] swapped = strides.clone();
    dims[a] = shape.dim(b);
    dims[b] = shape.dim(a);
    swapped[a] = strides[b];
    swapped[b] = strides[a];
    return new Tensor(storage, Shape.of(dims), swapped, offset);
  }

  /**
   * The view stretched to {@code target}: missing leading dimensions and dimensions of 1 are repeated with stride 0.
   *
   * @throws IllegalArgumentException when a dimension is neither equal nor 1
   */
  public Tensor expand(Shape target) {
    long[] expanded = new long[target.rank()];
    for (int i = 1; i <= target.rank(); i++) {
      int mine = i <= shape.rank() ? shape.dim(-i) : 1;
      if (mine != target.dim(-i) && mine != 1 || i == target.rank() && shape.rank() > i) {
        throw new IllegalArgumentException("expand: " + shape + " to " + target
            + "; expected equal dimensions or 1, aligned at the end");
      }
      expanded[target.rank() - i] = i <= shape.rank() && mine == target.dim(-i) ? strides[shape.rank() - i] : 0;
    }
    return new Tensor(storage, target, expanded, offset);
  }

  /** One element of a host tensor, widened to float; for tests, printing and set-up code. */
  public float get(int... index) {
    if (index.length != shape.rank()) {
      throw new IllegalArgumentException("get: index " + Arrays.toString(index) + " into " + shape + "; expected " + shape.rank()
          + " numbers");
    }
    long at = offset;
    for (int i = 0; i < index.length; i++) {
      at += Objects.checkIndex(index[i], shape.dim(i)) * strides[i];
    }
    return element(at);
  }

  /** All elements of a host tensor in row-major order, widened to float. */
  public float[] toFloats() {
    float[] values = new float[shape.intSize()];
    // An empty view may lie beyond its storage.
    if (storage instanceof FloatStorage floats && isContiguous() && size() > 0) {
      System.arraycopy(floats.array(), arrayOffset(), values, 0, values.length);
      return values;
    }
    int[] index = new int[shape.rank()];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(index);
      for (int axis = index.length - 1; axis >= 0 && ++index[axis] == shape.dim(axis); axis--) {
        index[axis] = 0;
      }
    }
    return values;
  }

  private float element(long at) {
    return switch (storage) {
      case FloatStorage floats -> floats.array()[Math.toIntExact(at)];
      case NativeStorage nat -> switch (nat.dtype()) {
        case F32 -> Float.intBitsToFloat(nat.segment().get(INT, at * 4));
        case BF16 -> Float.intBitsToFloat(nat.segment().get(SHORT, at * 2) << 16);
        case F16 -> Float.float16ToFloat(nat.segment().get(SHORT, at * 2));
        case I8 -> nat.segment().get(ValueLayout.JAVA_BYTE, at);
        case I32 -> nat.segment().get(INT, at * 4);
        case I64 -> nat.segment().get(LONG, at * 8);
        case TERNARY -> (nat.segment().get(ValueLayout.JAVA_BYTE, at / 4) >> 2 * (at % 4) & 3) - 1;
      };
      case DeviceStorage device ->
          throw new IllegalStateException("tensor " + this + ": elements are on " + device.backend() + "; download it first");
    };
  }

  private static long[] contiguousStrides(Shape shape) {
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
    return strides;
  }

  @Override
  public String toString() {
    return dtype() + " " + shape + (isContiguous() ? "" : " strides " + Arrays.toString(strides));
  }
}
