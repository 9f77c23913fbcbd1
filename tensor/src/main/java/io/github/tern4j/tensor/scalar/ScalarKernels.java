package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.TokenKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;

/** The reference kernels, with some for the forward pass that are fit for real models. */
public final class ScalarKernels {

  /** What the backend over these kernels is called. */
  public static final String NAME = "scalar";

  private ScalarKernels() {}

  /** A new table whose products run on {@code workers}; the other kernels are for one thread. */
  public static KernelTable table(Workers workers) {
    KernelTable reference = ReferenceKernels.table();
    return reference.copyFor(NAME)
        .with(ActivationQuantizerKernel.class, new ScalarActivationQuantizer(reference.get(ActivationQuantizerKernel.class)))
        .with(BinaryKernel.class, new ScalarBinary(reference.get(BinaryKernel.class)))
        .with(CachedAttentionKernel.class, new ScalarCachedAttention(reference.get(CachedAttentionKernel.class)))
        .with(DenseProductKernel.class, new ScalarDenseProduct(reference.get(DenseProductKernel.class), workers))
        .with(RmsNormKernel.class, new ScalarRmsNorm(reference.get(RmsNormKernel.class)))
        .with(RopeKernel.class, new ScalarRope(reference.get(RopeKernel.class)))
        .with(SwiGluKernel.class, new ScalarSwiGlu(reference.get(SwiGluKernel.class)))
        .with(TernaryProductKernel.class, new ScalarTernaryProduct(workers))
        .with(TokenKernel.class, new ScalarToken());
  }
}
