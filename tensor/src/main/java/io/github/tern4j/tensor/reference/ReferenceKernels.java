package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.TokenKernel;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import io.github.tern4j.tensor.kernel.UnaryKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;

/** The scalar kernels of all contracts. */
public final class ReferenceKernels {

  private ReferenceKernels() {}

  /** A new table of all scalar kernels, which other CPU backends copy and override. */
  public static KernelTable table() {
    return new KernelTable(ReferenceBackend.NAME)
        .with(ActivationQuantizerKernel.class, new ReferenceActivationQuantizer())
        .with(AdamWKernel.class, new ReferenceAdamW())
        .with(AttentionKernel.class, new ReferenceAttention())
        .with(BinaryKernel.class, new ReferenceBinary())
        .with(CachedAttentionKernel.class, new ReferenceCachedAttention())
        .with(CopyKernel.class, new ReferenceCopy())
        .with(CrossEntropyKernel.class, new ReferenceCrossEntropy())
        .with(DenseProductKernel.class, new ReferenceDenseProduct())
        .with(EmbeddingKernel.class, new ReferenceEmbedding())
        .with(KlDivergenceKernel.class, new ReferenceKlDivergence())
        .with(LatentProductKernel.class, new ReferenceLatentProduct())
        .with(MatmulKernel.class, new ReferenceMatmul())
        .with(ReduceKernel.class, new ReferenceReduce())
        .with(RelationKernel.class, new ReferenceRelation())
        .with(RmsNormKernel.class, new ReferenceRmsNorm())
        .with(RopeKernel.class, new ReferenceRope())
        .with(SoftmaxKernel.class, new ReferenceSoftmax())
        .with(SwiGluKernel.class, new ReferenceSwiGlu())
        .with(TernaryProductKernel.class, new ReferenceTernaryProduct())
        .with(TokenKernel.class, new ReferenceToken())
        .with(TopRowsKernel.class, new ReferenceTopRows())
        .with(UnaryKernel.class, new ReferenceUnary())
        .with(WeightQuantizerKernel.class, new ReferenceWeightQuantizer());
  }
}
