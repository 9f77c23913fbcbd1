package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import org.openjdk.jmh.annotations.Benchmark;

/** The sum of squares for the gradient norm, of the gradient {@code [intermediate, hidden]} of a weight. */
public class ReduceBenchmark extends LayerBenchmark {

  private ReduceKernel kernel;
  private Tensor gradient;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(ReduceKernel.class);
    gradient = normal(1, layer.intermediate(), layer.hidden());
  }

  @Override
  void verify(Backend reference) {
    double got = sumOfSquares();
    double expected = reference.kernel(ReduceKernel.class).sumOfSquares(host(gradient));
    if (got != expected) {
      throw new IllegalStateException("sumOfSquares " + shape + ": of " + gradient + " is " + got + "; expected " + expected);
    }
  }

  /** The sum. */
  @Benchmark
  public double sumOfSquares() {
    return kernel.sumOfSquares(gradient);
  }
}
