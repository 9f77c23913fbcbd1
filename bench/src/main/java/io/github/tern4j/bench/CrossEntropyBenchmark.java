package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * The loss of the language model, {@code [rows, vocabulary]}: forward reads the logits and takes one exponential each, backward
 * reads them, takes another and writes their gradient.
 */
public class CrossEntropyBenchmark extends LayerBenchmark {

  private static final int VERIFIED_ROWS = 3;

  private CrossEntropyKernel kernel;
  private float factor;
  private int[] targets;
  private Tensor logits;
  private Tensor losses;
  private Tensor logSumExp;
  private Tensor gradLogits;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(CrossEntropyKernel.class);
    factor = 1f / layer.rows();
    targets = new int[layer.rows()];
    for (int row = 0; row < targets.length; row++) {
      targets[row] = Rng.of(1).below(row, layer.vocabulary());
    }
    logits = normal(2, layer.rows(), layer.vocabulary());
    losses = allocate(layer.rows());
    logSumExp = allocate(layer.rows());
    gradLogits = allocate(layer.rows(), layer.vocabulary());
  }

  @Override
  void verify(Backend reference) {
    CrossEntropyKernel expected = reference.kernel(CrossEntropyKernel.class);
    int first = targets.length - VERIFIED_ROWS;
    int[] lastTargets = Arrays.copyOfRange(targets, first, targets.length);
    Tensor lastLogits = host(logits.slice(0, first, targets.length));
    Tensor expectedLosses = Tensor.zeros(VERIFIED_ROWS);
    Tensor expectedLogSumExp = Tensor.zeros(VERIFIED_ROWS);
    forward();
    expected.crossEntropy(lastLogits, lastTargets, expectedLosses, expectedLogSumExp);
    verifySameBits("crossEntropy", losses.slice(0, first, targets.length), expectedLosses);
    verifySameBits("crossEntropy logSumExp", logSumExp.slice(0, first, targets.length), expectedLogSumExp);
    Tensor expectedGrad = Tensor.zeros(lastLogits.shape());
    backward();
    expected.crossEntropyBackward(lastLogits, lastTargets, expectedLogSumExp, factor, expectedGrad, false);
    verifySameBits("crossEntropyBackward", gradLogits.slice(0, first, targets.length), expectedGrad);
  }

  /** The losses. */
  @Benchmark
  public void forward() {
    kernel.crossEntropy(logits, targets, losses, logSumExp);
  }

  /** The gradient. */
  @Benchmark
  public void backward() {
    kernel.crossEntropyBackward(logits, targets, logSumExp, factor, gradLogits, false);
  }
}
