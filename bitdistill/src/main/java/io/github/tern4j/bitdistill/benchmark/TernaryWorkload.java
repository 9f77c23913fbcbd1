package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The product of packed ternary weights {@code [out, in]} with one quantized vector, as decoding does it. */
final class TernaryWorkload implements Workload {

  private static final int LARGEST_CODE = 127;

  private final int threads;
  private final Shape shape;
  private final PreparedTernary weight;
  private final Tensor codes;
  private final Tensor gamma;
  private final Tensor out;

  TernaryWorkload(Backend backend, int threads, int outputs, int inputs) {
    this.threads = threads;
    this.shape = Shape.of(outputs, inputs);
    Arena arena = Arena.ofAuto();
    this.weight = backend.kernel(TernaryProductKernel.class).prepare(weight(arena, shape));
    this.codes = backend.upload(codes(arena, inputs));
    this.gamma = backend.upload(Tensor.of(new float[] {1}, 1));
    this.out = backend.upload(Tensor.zeros(1, outputs));
  }

  private static PackedTernary weight(Arena arena, Shape shape) {
    byte[] unpacked = new byte[shape.intSize()];
    Rng rng = Rng.of(1);
    for (int i = 0; i < unpacked.length; i++) {
      unpacked[i] = (byte) (rng.below(i, 3) - 1);
    }
    MemorySegment packed = arena.allocate((long) shape.dim(0) * PackedTernary.bytesPerRow(shape.dim(1)));
    PackedTernary.pack(unpacked, shape, packed);
    return new PackedTernary(shape, 0, packed, new float[] {1});
  }

  private static Tensor codes(Arena arena, int inputs) {
    MemorySegment bytes = arena.allocate(inputs);
    Rng rng = Rng.of(2);
    for (int i = 0; i < inputs; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (rng.below(i, 2 * LARGEST_CODE + 1) - LARGEST_CODE));
    }
    return Tensor.of(new NativeStorage(bytes, DType.I8), Shape.of(1, inputs));
  }

  @Override
  public KernelSpeed.Kind kernel() {
    return KernelSpeed.Kind.TERNARY_MATVEC;
  }

  @Override
  public String shape() {
    return shape.dim(0) + "x" + shape.dim(1);
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public double work() {
    return shape.size();
  }

  @Override
  public void run() {
    weight.product(codes, gamma, out);
  }
}
