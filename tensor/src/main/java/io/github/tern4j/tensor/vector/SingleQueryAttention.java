package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.AttentionOperands.at;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.Summation;
import jdk.incubator.vector.FloatVector;

/**
 * Attention of one new token to all keys before it, as decoding asks for at every step: keys and values are read in place, since
 * packing them would cost more than the products.
 */
final class SingleQueryAttention {

  private final Workers workers;
  private final Scratch scoreScratch = new Scratch();

  SingleQueryAttention(Workers workers) {
    this.workers = workers;
  }

  /** The forward pass for operands with one token; a task owns a key-value head, so that its keys are read from memory once. */
  void attention(AttentionOperands x, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp) {
    workers.run(x.batch() * x.kvHeads(), task -> {
      int kvHead = task % x.kvHeads();
      int batch = task / x.kvHeads();
      float[] scores = scoreScratch.atLeast(x.keys());
      float[] partial = new float[Summation.LANES];
      for (int head = kvHead * x.group(); head < (kvHead + 1) * x.group(); head++) {
        int query = at(q, batch, 0, head);
        int firstKey = at(k, batch, 0, kvHead);
        for (int key = 0; key < x.keys(); key++) {
          int keyAt = firstKey + key * k.arrayStride(1);
          scores[key] = Rows.dot(q.array(), query, k.array(), keyAt, x.headDim(), partial) * x.scale();
        }
        float max = Rows.max(scores, 0, x.keys());
        float sum = Rows.expSumInto(scores, 0, x.keys(), max, scores, 0, partial);
        int to = at(out, batch, 0, head);
        mix(scores, x.keys(), v.array(), at(v, batch, 0, kvHead), v.arrayStride(1), x.headDim(), out.array(), to);
        Rows.divide(out.array(), to, x.headDim(), sum);
        int statistic = logSumExp.arrayOffset() + batch * logSumExp.arrayStride(0) + head * logSumExp.arrayStride(1);
        logSumExp.array()[statistic] = max + (float) Math.log(sum);
      }
    });
  }

  /** {@code out[d] = sum_key weights[key] values[key][d]}, ascending. */
  private static void mix(float[] weights, int keys, float[] values, int at, int stride, int headDim, float[] out, int to) {
    int d = 0;
    for (; d <= headDim - 4 * LANES; d += 4 * LANES) {
      mixFourVectors(weights, keys, values, at + d, stride, out, to + d);
    }
    for (; d <= headDim - LANES; d += LANES) {
      mixVector(weights, keys, values, at + d, stride, out, to + d);
    }
    for (; d < headDim; d++) {
      float sum = 0;
      for (int key = 0; key < keys; key++) {
        sum = Math.fma(weights[key], values[at + key * stride + d], sum);
      }
      out[to + d] = sum;
    }
  }

  private static void mixFourVectors(float[] weights, int keys, float[] values, int at, int stride, float[] out, int to) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int key = 0; key < keys; key++) {
      FloatVector weight = FloatVector.broadcast(FLOATS, weights[key]);
      int row = at + key * stride;
      sum0 = weight.fma(Lanes.load(values, row), sum0);
      sum1 = weight.fma(Lanes.load(values, row + LANES), sum1);
      sum2 = weight.fma(Lanes.load(values, row + 2 * LANES), sum2);
      sum3 = weight.fma(Lanes.load(values, row + 3 * LANES), sum3);
    }
    sum0.intoArray(out, to);
    sum1.intoArray(out, to + LANES);
    sum2.intoArray(out, to + 2 * LANES);
    sum3.intoArray(out, to + 3 * LANES);
  }

  private static void mixVector(float[] weights, int keys, float[] values, int at, int stride, float[] out, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int key = 0; key < keys; key++) {
      sum = FloatVector.broadcast(FLOATS, weights[key]).fma(Lanes.load(values, at + key * stride), sum);
    }
    sum.intoArray(out, to);
  }
}
