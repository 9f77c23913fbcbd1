package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;

/** The reference kernels, with products that are fit for real models. */
public final class ScalarKernels {

  /** What the backend over these kernels is called. */
  public static final String NAME = "scalar";

  private ScalarKernels() {}

  /** A new table whose products run on {@code workers}. */
  public static KernelTable table(Workers workers) {
    return ReferenceKernels.table().copyFor(NAME)
        .with(DenseProductKernel.class, new ScalarDenseProduct(workers))
        .with(TernaryProductKernel.class, new ScalarTernaryProduct(workers));
  }
}
