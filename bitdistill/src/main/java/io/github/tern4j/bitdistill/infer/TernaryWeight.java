package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;

/** A packed ternary weight, multiplied with int8 codes of the activations in exact integers. */
final class TernaryWeight implements WeightMatrix {

  private final TernaryProductKernel kernel;
  private final PreparedTernary weight;

  TernaryWeight(PackedTernary weight, Backend backend) {
    this.kernel = backend.kernel(TernaryProductKernel.class);
    this.weight = kernel.prepare(weight);
  }

  /** A weight whose words are shared; {@code scale} is that of the tensor, if groups have none. */
  TernaryWeight(TernaryWords words, float scale, Backend backend) {
    this.kernel = backend.kernel(TernaryProductKernel.class);
    this.weight = kernel.prepare(words, scale);
  }

  /** Quantizes and packs a latent weight {@code [out, in]} as the training forward pass quantizes it. */
  static PackedTernary pack(Tensor latent, BitDistillConfig config, Backend backend) {
    WeightQuantizerKernel kernel = backend.kernel(WeightQuantizerKernel.class);
    Tensor scales = Tensor.zeros(TernaryFile.scaleShape(latent.shape(), config.groupSize()));
    kernel.scales(latent, config.groupSize(), scales);
    return new LatentTernary(latent, config.groupSize(), scales, config.epsilonRule(), config.weightEps()).packed(kernel);
  }

  /** The kernel that has prepared the weight. */
  TernaryProductKernel kernel() {
    return kernel;
  }

  /** The weight as its kernel multiplies it. */
  PreparedTernary prepared() {
    return weight;
  }

  @Override
  public void multiply(Activation x, Tensor out) {
    weight.product(x.input(kernel), out);
  }

  @Override
  public long byteSize() {
    return weight.byteSize();
  }
}
