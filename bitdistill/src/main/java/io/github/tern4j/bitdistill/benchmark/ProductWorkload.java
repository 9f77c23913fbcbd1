package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.MatmulKernel;

/** The product of a linear layer in F32, {@code [m, k] [n, k]^T}: {@code 2 m k n} floating-point operations. */
final class ProductWorkload implements Workload {

  private final String shape;
  private final int threads;
  private final double operations;
  private final MatmulKernel kernel;
  private final Tensor x;
  private final Tensor weight;
  private final Tensor out;

  ProductWorkload(Backend backend, int threads, int m, int k, int n) {
    this.shape = m + "x" + k + "x" + n;
    this.threads = threads;
    this.operations = 2.0 * m * k * n;
    this.kernel = backend.kernel(MatmulKernel.class);
    this.x = backend.upload(uniform(Rng.of(1), m, k));
    this.weight = backend.upload(uniform(Rng.of(2), n, k));
    this.out = backend.upload(Tensor.zeros(m, n));
  }

  private static Tensor uniform(Rng rng, int rows, int columns) {
    Tensor tensor = Tensor.zeros(rows, columns);
    for (int i = 0; i < tensor.array().length; i++) {
      tensor.array()[i] = (float) (rng.uniform(i) - 0.5);
    }
    return tensor;
  }

  @Override
  public KernelSpeed.Kind kernel() {
    return KernelSpeed.Kind.SGEMM;
  }

  @Override
  public String shape() {
    return shape;
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public double work() {
    return operations;
  }

  @Override
  public void run() {
    kernel.matmul(x, false, weight, true, out, false);
  }
}
