package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The product of packed ternary weights {@code [out, in]} with one quantized vector, as decoding does it. */
final class TernaryWorkload implements Workload {

  private static final int LARGEST_CODE = 127;

  private final int threads;
  private final TernaryProductKernel kernel;
  private final PackedTernary weight;
  private final Tensor codes;
  private final Tensor gamma;
  private final Tensor out;

  TernaryWorkload(Backend backend, int threads, int outputs, int inputs) {
    this.threads = threads;
    this.kernel = backend.kernel(TernaryProductKernel.class);
    Arena arena = Arena.ofAuto();
    this.weight = weight(arena, outputs, inputs);
    this.codes = backend.upload(codes(arena, inputs));
    this.gamma = backend.upload(Tensor.of(new float[] {1}, 1));
    this.out = backend.upload(Tensor.zeros(1, outputs));
  }

  private static PackedTernary weight(Arena arena, int outputs, int inputs) {
    Shape shape = Shape.of(outputs, inputs);
    byte[] unpacked = new byte[shape.intSize()];
    Rng rng = Rng.of(1);
    for (int i = 0; i < unpacked.length; i++) {
      unpacked[i] = (byte) (rng.below(i, 3) - 1);
    }
    MemorySegment packed = arena.allocate((long) outputs * PackedTernary.bytesPerRow(inputs));
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
    return weight.rows() + "x" + weight.columns();
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public double work() {
    return (double) weight.rows() * weight.columns();
  }

  @Override
  public void run() {
    kernel.product(weight, codes, gamma, out);
  }
}
