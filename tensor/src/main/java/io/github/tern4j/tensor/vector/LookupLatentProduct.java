package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@link LatentProductKernel} by table lookups ({@link LookupTernary}), for 512-bit vectors. The words of all weights take turns
 * in one piece of memory, which stays in a cache from packing to product.
 */
final class LookupLatentProduct implements LatentProductKernel {

  private final Workers workers;
  private MemorySegment memory = MemorySegment.NULL;
  private float[] groupScales = new float[0];

  LookupLatentProduct(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void product(LatentTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    LatentProductKernel.checkProduct(weight, codes, gamma, out);
    long bytes = TernaryWords.byteSize(weight.rows(), weight.columns(), weight.groupSize());
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, TernaryWords.WORD_BYTES);
    }
    TernaryWords words = TernaryWords.in(memory.asSlice(0, bytes), weight.rows(), weight.columns(), weight.groupSize());
    workers.run(words.panels(), panel -> LatentPacking.pack(weight, words, panel));
    if (groupScales.length < LookupTernary.groupScaleCount(words)) {
      groupScales = new float[LookupTernary.groupScaleCount(words)];
    }
    new LookupTernary(words, weight.scales().array(), weight.scales().arrayOffset(), groupScales, workers)
        .product(codes, gamma, out);
  }
}
