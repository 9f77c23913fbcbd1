package io.github.tern4j.bench;

import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import org.openjdk.jmh.annotations.Benchmark;

/** Quantization of the activation {@code [rows, hidden]} to 8 bits: reads and writes each element once. */
public class ActivationQuantizerBenchmark extends LayerBenchmark {

  private ActivationQuantizerKernel kernel;
  private Tensor x;
  private Tensor out;
  private Tensor gamma;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(ActivationQuantizerKernel.class);
    x = normal(1, layer.rows(), layer.hidden());
    out = allocate(layer.rows(), layer.hidden());
    gamma = allocate(layer.rows());
  }

  @Override
  void verify(Backend reference) {
    Tensor expectedOut = Tensor.zeros(out.shape());
    Tensor expectedGamma = Tensor.zeros(gamma.shape());
    fakeQuantize();
    reference.kernel(ActivationQuantizerKernel.class)
        .fakeQuantize(host(x), EpsilonRule.ADDED, BitDistillConfig.PAPER_EPS, expectedOut, expectedGamma);
    verifySameBits("activation fakeQuantize", out, expectedOut);
    verifySameBits("activation gamma", gamma, expectedGamma);
  }

  /** The quantized activation. */
  @Benchmark
  public void fakeQuantize() {
    kernel.fakeQuantize(x, EpsilonRule.ADDED, BitDistillConfig.PAPER_EPS, out, gamma);
  }
}
