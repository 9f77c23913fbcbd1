package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.kernel.MatmulKernel;

/** The scalar kernels of all contracts. */
public final class ReferenceKernels {

  private ReferenceKernels() {}

  /** A new table of all scalar kernels, which other CPU backends copy and override. */
  public static KernelTable table() {
    return new KernelTable(ReferenceBackend.NAME)
        .with(MatmulKernel.class, new ReferenceMatmul());
  }
}
