package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Causal attention, {@code [batch, tokens, heads, headDim]}: forward takes 2 batch heads tokens^2 headDim floating-point
 * operations for the visible pairs, backward 5 batch heads tokens^2 headDim, with one exponential a pair in each.
 */
public class AttentionBenchmark extends LayerBenchmark {

  private static final boolean CAUSAL = true;

  private AttentionKernel kernel;
  private Tensor q;
  private Tensor k;
  private Tensor v;
  private Tensor out;
  private Tensor logSumExp;
  private Tensor gradOut;
  private Tensor gradQ;
  private Tensor gradK;
  private Tensor gradV;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(AttentionKernel.class);
    int batch = layer.batch();
    int tokens = layer.tokens();
    q = normal(1, batch, tokens, layer.heads(), layer.headDim());
    k = normal(2, batch, tokens, layer.kvHeads(), layer.headDim());
    v = normal(3, batch, tokens, layer.kvHeads(), layer.headDim());
    out = allocate(batch, tokens, layer.heads(), layer.headDim());
    logSumExp = allocate(batch, layer.heads(), tokens);
    gradOut = normal(4, batch, tokens, layer.heads(), layer.headDim());
    gradQ = allocate(batch, tokens, layer.heads(), layer.headDim());
    gradK = allocate(batch, tokens, layer.kvHeads(), layer.headDim());
    gradV = allocate(batch, tokens, layer.kvHeads(), layer.headDim());
  }

  /**
   * The last key-value head of the last sequence with its query heads. Bounds are n 2^-24 of the terms' magnitudes, n the terms
   * of a score and of a softmax. Probabilities of a query sum to 1, those of the first key over the queries of a head to about
   * 1 + ln tokens; products of two vectors of normal values are below headDim, divided by the root of headDim in scores.
   */
  @Override
  void verify(Backend reference) {
    AttentionKernel expected = reference.kernel(AttentionKernel.class);
    int group = q.dim(2) / k.dim(2);
    int tokens = q.dim(1);
    int headDim = q.dim(3);
    Tensor hostQ = host(lastHeads(q, 2, group));
    Tensor hostK = host(lastHeads(k, 2, 1));
    Tensor hostV = host(lastHeads(v, 2, 1));
    Tensor hostGradOut = host(lastHeads(gradOut, 2, group));
    Tensor expectedOut = Tensor.zeros(hostQ.shape());
    Tensor expectedLogSumExp = Tensor.zeros(1, group, tokens);
    double error = (tokens + headDim) * 0x1p-24;
    forward();
    expected.attention(hostQ, hostK, hostV, CAUSAL, expectedOut, expectedLogSumExp);
    verifyWithin(error * NormalValues.largest(hostV), "attention", lastHeads(out, 2, group), expectedOut);
    verifyWithin(error * NormalValues.largest(expectedLogSumExp), "attention logSumExp", lastHeads(logSumExp, 1, group),
        expectedLogSumExp);
    Tensor expectedGradQ = Tensor.zeros(hostQ.shape());
    Tensor expectedGradK = Tensor.zeros(hostK.shape());
    Tensor expectedGradV = Tensor.zeros(hostV.shape());
    backward();
    expected.attentionBackward(hostQ, hostK, hostV, CAUSAL, expectedOut, expectedLogSumExp, hostGradOut, expectedGradQ, false,
        expectedGradK, false, expectedGradV, false);
    double ofKey = group * (1 + Math.log(tokens));
    double ofScores = 2 * Math.sqrt(headDim);
    verifyWithin(error * ofScores * NormalValues.largest(hostK), "attentionBackward gradQ", lastHeads(gradQ, 2, group),
        expectedGradQ);
    verifyWithin(error * ofScores * ofKey * NormalValues.largest(hostQ), "attentionBackward gradK", lastHeads(gradK, 2, 1),
        expectedGradK);
    verifyWithin(error * ofKey * NormalValues.largest(hostGradOut), "attentionBackward gradV", lastHeads(gradV, 2, 1),
        expectedGradV);
  }

  private static Tensor lastHeads(Tensor x, int headAxis, int heads) {
    return x.slice(0, x.dim(0) - 1, x.dim(0)).slice(headAxis, x.dim(headAxis) - heads, x.dim(headAxis));
  }

  /** Attention. */
  @Benchmark
  public void forward() {
    kernel.attention(q, k, v, CAUSAL, out, logSumExp);
  }

  /** All three gradients. */
  @Benchmark
  public void backward() {
    kernel.attentionBackward(q, k, v, CAUSAL, out, logSumExp, gradOut, gradQ, false, gradK, false, gradV, false);
  }
}
