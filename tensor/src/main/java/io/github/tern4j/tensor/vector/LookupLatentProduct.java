package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@link LatentProductKernel} by table lookups ({@link LookupTernary}). The words of all weights take turns in one piece of memory,
 * which stays in a cache from packing to product.
 */
final class LookupLatentProduct implements LatentProductKernel {

  private final Workers workers;
  private final LookupInput input = new LookupInput();
  private final LookupProducts products;
  private MemorySegment memory = MemorySegment.NULL;

  LookupLatentProduct(Workers workers) {
    this.workers = workers;
    this.products = new LookupProducts(workers);
  }

  @Override
  public void product(LatentTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    LatentProductKernel.checkProduct(weight, codes, gamma, out);
    Shape shape = weight.weight().shape();
    long bytes = TernaryWords.byteSize(shape, weight.groupSize());
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, TernaryWords.WORD_BYTES);
    }
    TernaryWords words = TernaryWords.in(memory.asSlice(0, bytes), shape, weight.groupSize());
    workers.run(words.layout().panels(), panel -> pack(weight, words, panel));
    float scale = weight.groupSize() == 0 ? weight.scale(0, 0) : Float.NaN;
    new LookupTernary(words.layout(), words.segment(), scale, input, products).product(codes, gamma, out);
  }

  private static void pack(LatentTernary weight, TernaryWords words, int panel) {
    LatentPacking.pack(weight, words, panel);
    if (TernaryLookup.BY_BYTES) {
      BytePlanes.fill(words, panel, words.segment());
    }
  }
}
