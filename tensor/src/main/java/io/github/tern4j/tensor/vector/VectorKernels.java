package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.Bf16ProductKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;

/** The scalar kernels, overridden by those that are faster with the Vector API. */
final class VectorKernels {

  private VectorKernels() {}

  /** A new table whose kernels run on {@code workers}. */
  static KernelTable table(Workers workers) {
    return ReferenceKernels.table().copyFor(VectorBackend.NAME)
        .with(Bf16ProductKernel.class, new VectorBf16Product(workers))
        .with(MatmulKernel.class, new VectorMatmul(workers));
  }
}
