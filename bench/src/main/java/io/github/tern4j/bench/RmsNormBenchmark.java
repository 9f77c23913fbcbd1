package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * The norm before a layer, {@code [rows, hidden]}: forward reads and writes rows hidden floats, backward reads twice as many and
 * writes them once.
 */
public class RmsNormBenchmark extends LayerBenchmark {

  private static final float EPS = 1e-6f;

  private RmsNormKernel kernel;
  private Tensor x;
  private Tensor weight;
  private Tensor out;
  private Tensor rstd;
  private Tensor gradOut;
  private Tensor gradX;
  private Tensor gradWeight;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(RmsNormKernel.class);
    x = normal(1, layer.rows(), layer.hidden());
    weight = normal(2, layer.hidden());
    out = allocate(layer.rows(), layer.hidden());
    rstd = allocate(layer.rows());
    gradOut = normal(3, layer.rows(), layer.hidden());
    gradX = allocate(layer.rows(), layer.hidden());
    gradWeight = allocate(layer.hidden());
  }

  @Override
  void verify(Backend reference) {
    RmsNormKernel expected = reference.kernel(RmsNormKernel.class);
    Tensor hostX = host(x);
    Tensor hostWeight = host(weight);
    Tensor expectedOut = Tensor.zeros(out.shape());
    Tensor expectedRstd = Tensor.zeros(rstd.shape());
    forward();
    expected.rmsNorm(hostX, hostWeight, EPS, expectedOut, expectedRstd);
    verifySameBits("rmsNorm", out, expectedOut);
    verifySameBits("rmsNorm rstd", rstd, expectedRstd);
    Tensor expectedGradX = Tensor.zeros(x.shape());
    Tensor expectedGradWeight = Tensor.zeros(weight.shape());
    backward();
    expected.rmsNormBackward(hostX, hostWeight, expectedRstd, host(gradOut), expectedGradX, false, expectedGradWeight, false);
    verifySameBits("rmsNormBackward gradX", gradX, expectedGradX);
    verifySameBits("rmsNormBackward gradWeight", gradWeight, expectedGradWeight);
  }

  /** The norm. */
  @Benchmark
  public void forward() {
    kernel.rmsNorm(x, weight, EPS, out, rstd);
  }

  /** Both gradients. */
  @Benchmark
  public void backward() {
    kernel.rmsNormBackward(x, weight, rstd, gradOut, gradX, false, gradWeight, false);
  }
}
