package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import org.openjdk.jmh.annotations.Benchmark;

/** Softmax over as many rows and columns as attention has scores, {@code [batch heads tokens, tokens]}. */
public class SoftmaxBenchmark extends LayerBenchmark {

  private SoftmaxKernel kernel;
  private Tensor x;
  private Tensor y;
  private Tensor gradOut;
  private Tensor gradX;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(SoftmaxKernel.class);
    int rows = layer.batch() * layer.heads() * layer.tokens();
    x = normal(1, rows, layer.tokens());
    y = allocate(rows, layer.tokens());
    gradOut = normal(2, rows, layer.tokens());
    gradX = allocate(rows, layer.tokens());
  }

  @Override
  void verify(Backend reference) {
    SoftmaxKernel expected = reference.kernel(SoftmaxKernel.class);
    Tensor expectedY = Tensor.zeros(y.shape());
    forward();
    expected.softmax(host(x), expectedY);
    verifySameBits("softmax", y, expectedY);
    Tensor expectedGradX = Tensor.zeros(x.shape());
    backward();
    expected.softmaxBackward(expectedY, host(gradOut), expectedGradX, false);
    verifySameBits("softmaxBackward", gradX, expectedGradX);
  }

  /** Softmax. */
  @Benchmark
  public void forward() {
    kernel.softmax(x, y);
  }

  /** The gradient. */
  @Benchmark
  public void backward() {
    kernel.softmaxBackward(y, gradOut, gradX, false);
  }
}
