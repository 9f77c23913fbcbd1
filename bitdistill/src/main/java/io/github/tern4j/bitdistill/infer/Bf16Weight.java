package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.file.HalfPrecision;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.Bf16ProductKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A weight in BF16 in native memory, often a mapped file. */
final class Bf16Weight implements DenseWeight {

  private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Tensor weight;
  private final Bf16ProductKernel kernel;

  /** {@code weight [out, in]}, BF16, contiguous. */
  Bf16Weight(Tensor weight, Backend backend) {
    this(weight, backend.kernel(Bf16ProductKernel.class));
  }

  private Bf16Weight(Tensor weight, Bf16ProductKernel kernel) {
    this.weight = weight;
    this.kernel = kernel;
  }

  /** F32 values {@code [out, in]} rounded to nearest, ties to even. */
  static Tensor round(Tensor values) {
    Tensor rounded = allocate(values.shape());
    HalfPrecision.narrow(SafetensorsType.BF16, values.array(), rounded.segment(), values.shape().intSize());
    return rounded;
  }

  private static Tensor allocate(Shape shape) {
    MemorySegment segment = Arena.ofAuto().allocate(DType.BF16.bytes(shape.size()), Long.BYTES);
    return Tensor.of(new NativeStorage(segment, DType.BF16), shape);
  }

  @Override
  public void multiply(Activation x, Tensor out) {
    kernel.product(weight, x.values(), out);
  }

  @Override
  public void gather(int[] ids, Tensor out) {
    MemorySegment segment = weight.segment();
    float[] to = out.array();
    int width = weight.dim(1);
    for (int i = 0; i < ids.length; i++) {
      long from = DType.BF16.bytes(weight.elementOffset() + (long) ids[i] * width);
      int at = out.arrayOffset() + i * width;
      for (int j = 0; j < width; j++) {
        to[at + j] = Float.intBitsToFloat(segment.get(BF16, from + 2L * j) << 16);
      }
    }
  }

  @Override
  public Bf16Weight rows(int[] ids) {
    Tensor rows = allocate(Shape.of(ids.length, weight.dim(1)));
    long rowBytes = DType.BF16.bytes(weight.dim(1));
    for (int i = 0; i < ids.length; i++) {
      long from = DType.BF16.bytes(weight.elementOffset()) + ids[i] * rowBytes;
      MemorySegment.copy(weight.segment(), from, rows.segment(), i * rowBytes, rowBytes);
    }
    return new Bf16Weight(rows, kernel);
  }

  @Override
  public long byteSize() {
    return weight.dtype().bytes(weight.size());
  }
}
