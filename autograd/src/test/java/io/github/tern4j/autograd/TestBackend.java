package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BufferPool;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.reference.ReferenceKernels;

/** A reference backend whose pool poisons what is released, so that a read after release shows up as NaN. */
public final class TestBackend {

  private TestBackend() {}

  /** A new backend. */
  public static Backend poisoning() {
    return new CpuBackend("reference", ReferenceKernels.table(), new Workers(1), new BufferPool(true));
  }

  /** Standard normal values. */
  public static Tensor normal(Rng rng, int... dims) {
    Tensor tensor = Tensor.zeros(dims);
    for (int i = 0; i < tensor.array().length; i++) {
      tensor.array()[i] = (float) rng.normal(i);
    }
    return tensor;
  }
}
