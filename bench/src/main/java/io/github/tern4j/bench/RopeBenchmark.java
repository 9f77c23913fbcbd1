package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RopeKernel;
import org.openjdk.jmh.annotations.Benchmark;

/** The rotation of the queries, {@code [batch, tokens, heads, headDim]}, and back: reads and writes each element once. */
public class RopeBenchmark extends LayerBenchmark {

  private RopeKernel kernel;
  private Tensor x;
  private Tensor cos;
  private Tensor sin;
  private Tensor out;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(RopeKernel.class);
    x = normal(1, layer.batch(), layer.tokens(), layer.heads(), layer.headDim());
    cos = normal(2, layer.tokens(), layer.headDim() / 2);
    sin = normal(3, layer.tokens(), layer.headDim() / 2);
    out = allocate(layer.batch(), layer.tokens(), layer.heads(), layer.headDim());
  }

  @Override
  void verify(Backend reference) {
    RopeKernel expected = reference.kernel(RopeKernel.class);
    Tensor hostX = host(x);
    Tensor hostCos = host(cos);
    Tensor hostSin = host(sin);
    Tensor expectedOut = Tensor.zeros(out.shape());
    forward();
    expected.rope(hostX, hostCos, hostSin, false, expectedOut, false);
    verifySameBits("rope", out, expectedOut);
    backward();
    expected.rope(hostX, hostCos, hostSin, true, expectedOut, false);
    verifySameBits("inverse rope", out, expectedOut);
  }

  /** The rotation. */
  @Benchmark
  public void forward() {
    kernel.rope(x, cos, sin, false, out, false);
  }

  /** The inverse rotation, which is the gradient. */
  @Benchmark
  public void backward() {
    kernel.rope(x, cos, sin, true, out, false);
  }
}
