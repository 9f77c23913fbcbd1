package io.github.tern4j.bench;

import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import org.openjdk.jmh.annotations.Benchmark;

/** Ternary quantization of the weight {@code [intermediate, hidden]} with one scale: reads each element twice, writes it once. */
public class WeightQuantizerBenchmark extends LayerBenchmark {

  private static final int ONE_SCALE = 0;

  private WeightQuantizerKernel kernel;
  private Tensor weight;
  private Tensor scales;
  private Tensor out;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(WeightQuantizerKernel.class);
    weight = normal(1, layer.intermediate(), layer.hidden());
    scales = allocate(1);
    out = allocate(layer.intermediate(), layer.hidden());
  }

  @Override
  void verify(Backend reference) {
    WeightQuantizerKernel expected = reference.kernel(WeightQuantizerKernel.class);
    Tensor hostWeight = host(weight);
    Tensor expectedScales = Tensor.zeros(scales.shape());
    Tensor expectedOut = Tensor.zeros(out.shape());
    fakeQuantize();
    expected.scales(hostWeight, ONE_SCALE, expectedScales);
    expected.fakeQuantize(hostWeight, ONE_SCALE, expectedScales, EpsilonRule.ADDED, BitDistillConfig.PAPER_EPS, expectedOut);
    verifySameBits("weight scales", scales, expectedScales);
    verifySameBits("weight fakeQuantize", out, expectedOut);
  }

  /** The scale and the quantized weight. */
  @Benchmark
  public void fakeQuantize() {
    kernel.scales(weight, ONE_SCALE, scales);
    kernel.fakeQuantize(weight, ONE_SCALE, scales, EpsilonRule.ADDED, BitDistillConfig.PAPER_EPS, out);
  }
}
