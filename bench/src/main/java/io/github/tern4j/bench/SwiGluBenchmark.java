package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * The gated unit of a feed-forward layer, {@code [rows, intermediate]}: forward reads 2 rows intermediate floats and writes 1,
 * backward reads 3 and writes 2; each takes one exponential an element.
 */
public class SwiGluBenchmark extends LayerBenchmark {

  private SwiGluKernel kernel;
  private Tensor gate;
  private Tensor up;
  private Tensor out;
  private Tensor gradOut;
  private Tensor gradGate;
  private Tensor gradUp;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(SwiGluKernel.class);
    gate = normal(1, layer.rows(), layer.intermediate());
    up = normal(2, layer.rows(), layer.intermediate());
    out = allocate(layer.rows(), layer.intermediate());
    gradOut = normal(3, layer.rows(), layer.intermediate());
    gradGate = allocate(layer.rows(), layer.intermediate());
    gradUp = allocate(layer.rows(), layer.intermediate());
  }

  @Override
  void verify(Backend reference) {
    SwiGluKernel expected = reference.kernel(SwiGluKernel.class);
    Tensor hostGate = host(gate);
    Tensor hostUp = host(up);
    Tensor expectedOut = Tensor.zeros(out.shape());
    forward();
    expected.swiGlu(hostGate, hostUp, expectedOut);
    verifySameBits("swiGlu", out, expectedOut);
    Tensor expectedGradGate = Tensor.zeros(gate.shape());
    Tensor expectedGradUp = Tensor.zeros(up.shape());
    backward();
    expected.swiGluBackward(hostGate, hostUp, host(gradOut), expectedGradGate, false, expectedGradUp, false);
    verifySameBits("swiGluBackward gradGate", gradGate, expectedGradGate);
    verifySameBits("swiGluBackward gradUp", gradUp, expectedGradUp);
  }

  /** The unit. */
  @Benchmark
  public void forward() {
    kernel.swiGlu(gate, up, out);
  }

  /** Both gradients. */
  @Benchmark
  public void backward() {
    kernel.swiGluBackward(gate, up, gradOut, gradGate, false, gradUp, false);
  }
}
