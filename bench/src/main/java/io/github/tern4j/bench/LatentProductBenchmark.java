package io.github.tern4j.bench;

import io.github.tern4j.bitdistill.model.BitLinear;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import java.lang.foreign.Arena;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Forward product of {@link BitLinear} from hidden to intermediate: the weight packed, and multiplied with int8 codes. */
public class LatentProductBenchmark extends LayerBenchmark {

  /** Columns that share a scale, or 0 for one scale. */
  @Param({"0", "128"})
  public int groupSize;

  private LatentProductKernel kernel;
  private LatentTernary weight;
  private Tensor codes;
  private Tensor gamma;
  private Tensor out;
  private Tensor noCodes;
  private Tensor noGamma;
  private Tensor noOut;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(LatentProductKernel.class);
    Tensor latent = normal(1, layer.intermediate(), layer.hidden());
    Tensor scales = groupSize == 0 ? allocate(1) : allocate(layer.intermediate(), Math.ceilDiv(layer.hidden(), groupSize));
    kernel(WeightQuantizerKernel.class).scales(latent, groupSize, scales);
    weight = new LatentTernary(latent, groupSize, scales, EpsilonRule.ADDED, BitDistillConfig.PAPER_EPS);
    codes = codes(layer.rows(), layer.hidden());
    gamma = allocate(layer.rows());
    out = allocate(layer.rows(), layer.intermediate());
    kernel(ActivationQuantizerKernel.class)
        .codes(normal(2, layer.rows(), layer.hidden()), EpsilonRule.ADDED, BitDistillConfig.PAPER_EPS, codes, gamma);
    noCodes = codes(0, layer.hidden());
    noGamma = allocate(0);
    noOut = allocate(0, layer.intermediate());
  }

  private static Tensor codes(int... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.of(new NativeStorage(Arena.ofAuto().allocate(shape.size()), DType.I8), shape);
  }

  @Override
  void verify(Backend reference) {
    Tensor expected = Tensor.zeros(out.shape());
    product();
    reference.kernel(LatentProductKernel.class).product(weight, codes, gamma, expected);
    verifySameBits("latent product", out, expected);
  }

  /** Packing and product. */
  @Benchmark
  public void product() {
    kernel.product(weight, codes, gamma, out);
  }

  /** Packing alone: a product with no rows. */
  @Benchmark
  public void packing() {
    kernel.product(weight, noCodes, noGamma, noOut);
  }
}
