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

/**
 * The product of packed ternary weights {@code [out, in]} with one quantized vector, as decoding does it: by weights a second, or
 * for those that are larger than caches by the stored bytes that are read in a second.
 */
final class TernaryWorkload implements Workload {

  private static final int LARGEST_CODE = 127;

  /** The bytes of four codes: 0, 1 or 2 in two bits each. */
  private static final byte[] FOUR_CODES = new byte[3 * 3 * 3 * 3];

  static {
    for (int i = 0; i < FOUR_CODES.length; i++) {
      FOUR_CODES[i] = (byte) (i % 3 | i / 3 % 3 << 2 | i / 9 % 3 << 4 | i / 27 << 6);
    }
  }

  private final KernelSpeed.Kind kernel;
  private final int threads;
  private final Shape shape;
  private final PreparedTernary weight;
  private final Tensor codes;
  private final Tensor gamma;
  private final Tensor out;

  /**
   * A product.
   *
   * @param kernel {@code TERNARY_MATVEC} or {@code TERNARY_STREAM}
   */
  TernaryWorkload(KernelSpeed.Kind kernel, Backend backend, int threads, PackedTernary weight) {
    this.kernel = kernel;
    this.threads = threads;
    this.shape = Shape.of(weight.rows(), weight.columns());
    this.weight = backend.kernel(TernaryProductKernel.class).prepare(weight);
    this.codes = backend.upload(codes(weight.columns()));
    this.gamma = backend.upload(Tensor.of(new float[] {1}, 1));
    this.out = backend.upload(Tensor.zeros(1, weight.rows()));
  }

  /**
   * Random weights.
   *
   * @param inputs a multiple of 4
   */
  static PackedTernary weight(int outputs, int inputs) {
    Rng rng = Rng.of(1);
    Shape shape = Shape.of(outputs, inputs);
    MemorySegment packed = Arena.ofAuto().allocate((long) outputs * PackedTernary.bytesPerRow(inputs));
    for (long i = 0; i < packed.byteSize(); i++) {
      packed.set(ValueLayout.JAVA_BYTE, i, FOUR_CODES[rng.below(i, FOUR_CODES.length)]);
    }
    return new PackedTernary(shape, 0, packed, new float[] {1});
  }

  private static Tensor codes(int inputs) {
    MemorySegment bytes = Arena.ofAuto().allocate(inputs);
    Rng rng = Rng.of(2);
    for (int i = 0; i < inputs; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (rng.below(i, 2 * LARGEST_CODE + 1) - LARGEST_CODE));
    }
    return Tensor.of(new NativeStorage(bytes, DType.I8), Shape.of(1, inputs));
  }

  @Override
  public KernelSpeed.Kind kernel() {
    return kernel;
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
    return kernel == KernelSpeed.Kind.TERNARY_STREAM ? weight.byteSize() : shape.size();
  }

  @Override
  public void run() {
    weight.product(codes, gamma, out);
  }
}
