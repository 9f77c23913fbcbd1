package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.Workers;
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
import io.github.tern4j.tensor.reference.ReferenceKernels;

/** The scalar kernels, overridden by those that are faster with the Vector API. */
final class VectorKernels {

  private VectorKernels() {}

  /** A new table whose kernels run on {@code workers}. */
  static KernelTable table(Workers workers) {
    MatmulKernel matmul = new VectorMatmul(workers);
    return ReferenceKernels.table().copyFor(VectorBackend.NAME)
        .with(ActivationQuantizerKernel.class, new VectorActivationQuantizer(workers))
        .with(AdamWKernel.class, new VectorAdamW(workers))
        .with(AttentionKernel.class, new VectorAttention(workers))
        .with(BinaryKernel.class, new VectorBinary(workers))
        .with(CachedAttentionKernel.class, new VectorCachedAttention(workers))
        .with(CopyKernel.class, new VectorCopy(workers))
        .with(CrossEntropyKernel.class, new VectorCrossEntropy(workers))
        .with(DenseProductKernel.class, new VectorDenseProduct(workers))
        .with(EmbeddingKernel.class, new VectorEmbedding(workers))
        .with(KlDivergenceKernel.class, new VectorKlDivergence(workers))
        .with(LatentProductKernel.class, latentProduct(workers, matmul))
        .with(MatmulKernel.class, matmul)
        .with(ReduceKernel.class, new VectorReduce(workers))
        .with(RelationKernel.class, new VectorRelation(workers))
        .with(RmsNormKernel.class, new VectorRmsNorm(workers))
        .with(RopeKernel.class, new VectorRope(workers))
        .with(SoftmaxKernel.class, new VectorSoftmax(workers))
        .with(SwiGluKernel.class, new VectorSwiGlu(workers))
        .with(TernaryProductKernel.class, new VectorTernaryProduct(workers))
        .with(TokenKernel.class, new VectorToken())
        .with(TopRowsKernel.class, new VectorTopRows(workers))
        .with(UnaryKernel.class, new VectorUnary(workers))
        .with(WeightQuantizerKernel.class, new VectorWeightQuantizer(workers));
  }

  /** Table lookups where vectors have an instruction for them. */
  private static LatentProductKernel latentProduct(Workers workers, MatmulKernel matmul) {
    return TernaryLookup.AVAILABLE ? new LookupLatentProduct(workers) : new FloatLatentProduct(workers, matmul);
  }
}
