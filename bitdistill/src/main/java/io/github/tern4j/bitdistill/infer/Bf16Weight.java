package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.file.HalfPrecision;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A weight in BF16 in native memory, often a mapped file. */
final class Bf16Weight implements DenseWeight {

  private final FloatMatrix weight;
  private final DenseProductKernel kernel;

  /** {@code weight [out, in]}, BF16, contiguous. */
  Bf16Weight(Tensor weight, Backend backend) {
    this(new FloatMatrix(weight), backend.kernel(DenseProductKernel.class));
  }

  private Bf16Weight(FloatMatrix weight, DenseProductKernel kernel) {
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
    for (int i = 0; i < ids.length; i++) {
      weight.widen(ids[i], out.array(), out.arrayOffset() + i * weight.columns());
    }
  }

  @Override
  public Bf16Weight rows(int[] ids) {
    return new Bf16Weight(weight.select(ids), kernel);
  }

  @Override
  public long byteSize() {
    return weight.byteSize();
  }
}
