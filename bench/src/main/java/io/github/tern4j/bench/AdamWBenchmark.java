package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import org.openjdk.jmh.annotations.Benchmark;

/** A step of the optimizer on the weight {@code [intermediate, hidden]}: reads 4 floats an element and writes 3. */
public class AdamWBenchmark extends LayerBenchmark {

  private static final AdamWKernel.Step STEP = new AdamWKernel.Step(1e-4, 0.9, 0.95, 1e-8, 0.01, 100, 0.5);

  private AdamWKernel kernel;
  private Tensor weight;
  private Tensor gradient;
  private Tensor firstMoment;
  private Tensor secondMoment;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(AdamWKernel.class);
    weight = normal(1, layer.intermediate(), layer.hidden());
    gradient = normal(2, layer.intermediate(), layer.hidden());
    firstMoment = upload(Tensor.zeros(weight.shape()));
    secondMoment = upload(Tensor.zeros(weight.shape()));
  }

  @Override
  void verify(Backend reference) {
    Tensor expectedWeight = host(weight);
    Tensor expectedFirst = host(firstMoment);
    Tensor expectedSecond = host(secondMoment);
    step();
    reference.kernel(AdamWKernel.class).step(expectedWeight, host(gradient), expectedFirst, expectedSecond, STEP);
    verifySameBits("adamW weight", weight, expectedWeight);
    verifySameBits("adamW first moment", firstMoment, expectedFirst);
    verifySameBits("adamW second moment", secondMoment, expectedSecond);
  }

  /** One step. */
  @Benchmark
  public void step() {
    kernel.step(weight, gradient, firstMoment, secondMoment, STEP);
  }
}
