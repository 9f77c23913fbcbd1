package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.Positions;
import java.util.Arrays;

/** {@link AttentionKernel} query by query. */
final class ReferenceAttention implements AttentionKernel {

  @Override
  public void attention(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp) {
    AttentionKernel.checkAttention(q, k, v, causal, out, logSumExp);
    Rows rows = new Rows(q, k, causal);
    int[] valueAt = Positions.of(v, 1);
    int[] outAt = Positions.of(out, 1);
    int[] logSumExpAt = Positions.of(logSumExp, 0);
    for (int batch = 0; batch < rows.batches; batch++) {
      for (int head = 0; head < rows.heads; head++) {
        for (int token = 0; token < rows.tokens; token++) {
          float[] weights = rows.orderedScores(batch, head, token);
          float max = RowSums.max(weights, 0, weights.length);
          float sum = 0;
          for (int key = 0; key < weights.length; key++) {
            weights[key] = FloatMath.exp(weights[key] - max);
            sum += weights[key];
          }
          logSumExp.array()[logSumExpAt[rows.statistic(batch, head, token)]] = max + RowSums.ln(sum);
          int to = outAt[rows.query(batch, head, token)];
          float[] mixed = new float[rows.headDim];
          for (int block = 0; block < weights.length; block += MatmulKernel.K_BLOCK) {
            Arrays.fill(mixed, 0);
            for (int key = block; key < Math.min(weights.length, block + MatmulKernel.K_BLOCK); key++) {
              addScaled(mixed, 0, rows.headDim, weights[key], v.array(), valueAt[rows.key(batch, head, key)]);
            }
            for (int i = 0; i < rows.headDim; i++) {
              out.array()[to + i] = block == 0 ? mixed[i] : out.array()[to + i] + mixed[i];
            }
          }
          for (int i = 0; i < rows.headDim; i++) {
            out.array()[to + i] /= sum;
          }
        }
      }
    }
  }

  @Override
  public void attentionBackward(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp, Tensor gradOut,
      Tensor gradQ, boolean accumulateQ, Tensor gradK, boolean accumulateK, Tensor gradV, boolean accumulateV) {
    AttentionKernel.checkAttentionBackward(q, k, v, causal, out, logSumExp, gradOut, gradQ, gradK, gradV);
    Rows rows = new Rows(q, k, causal);
    int[] valueAt = Positions.of(v, 1);
    int[] outAt = Positions.of(out, 1);
    int[] gradOutAt = Positions.of(gradOut, 1);
    int[] logSumExpAt = Positions.of(logSumExp, 0);
    float[] sumQ = new float[q.shape().intSize()];
    float[] sumK = new float[k.shape().intSize()];
    float[] sumV = new float[v.shape().intSize()];
    for (int batch = 0; batch < rows.batches; batch++) {
      for (int head = 0; head < rows.heads; head++) {
        for (int token = 0; token < rows.tokens; token++) {
          int query = rows.query(batch, head, token);
          float[] scores = rows.scores(batch, head, token);
          float denominator = logSumExp.array()[logSumExpAt[rows.statistic(batch, head, token)]];
          // sum_j p_j (gradOut . v_j), the mean that the derivative of softmax subtracts, is gradOut . out.
          float mean = RowSums.dot(gradOut.array(), gradOutAt[query], out.array(), outAt[query], rows.headDim);
          for (int j = 0; j < scores.length; j++) {
            int key = rows.key(batch, head, j);
            float probability = FloatMath.exp(scores[j] - denominator);
            float gradProbability = RowSums.dot(gradOut.array(), gradOutAt[query], v.array(), valueAt[key], rows.headDim);
            float gradScore = probability * (gradProbability - mean) * rows.scale;
            addScaled(sumV, key, rows.headDim, probability, gradOut.array(), gradOutAt[query]);
            addScaled(sumQ, query, rows.headDim, gradScore, k.array(), rows.keyAt[key]);
            addScaled(sumK, key, rows.headDim, gradScore, q.array(), rows.queryAt[query]);
          }
        }
      }
    }
    store(sumQ, gradQ, accumulateQ);
    store(sumK, gradK, accumulateK);
    store(sumV, gradV, accumulateV);
  }

  private static void addScaled(float[] sums, int row, int n, float factor, float[] x, int at) {
    for (int i = 0; i < n; i++) {
      sums[row * n + i] = Math.fma(factor, x[at + i], sums[row * n + i]);
    }
  }

  private static void store(float[] sums, Tensor grad, boolean accumulate) {
    int[] at = Positions.of(grad, 0);
    for (int i = 0; i < sums.length; i++) {
      grad.array()[at[i]] = accumulate ? grad.array()[at[i]] + sums[i] : sums[i];
    }
  }

  /** Sizes of one call, and which rows of q and k belong together. */
  private static final class Rows {

    final int batches;
    final int tokens;
    final int heads;
    final int headDim;
    final float scale;
    final int[] queryAt;
    final int[] keyAt;
    private final Tensor q;
    private final Tensor k;
    private final boolean causal;

    Rows(Tensor q, Tensor k, boolean causal) {
      this.batches = q.dim(0);
      this.tokens = q.dim(1);
      this.heads = q.dim(2);
      this.headDim = q.dim(3);
      this.scale = (float) (1 / Math.sqrt(headDim));
      this.queryAt = Positions.of(q, 1);
      this.keyAt = Positions.of(k, 1);
      this.q = q;
      this.k = k;
      this.causal = causal;
    }

    /** Row of q, out and their gradients. */
    int query(int batch, int head, int token) {
      return (batch * tokens + token) * heads + head;
    }

    /** Row of k, v and their gradients that query head {@code head} reads at position {@code key}. */
    int key(int batch, int head, int key) {
      int keyValueHeads = k.dim(2);
      return (batch * k.dim(1) + key) * keyValueHeads + head / (heads / keyValueHeads);
    }

    /** Element of logSumExp. */
    int statistic(int batch, int head, int token) {
      return (batch * heads + head) * tokens + token;
    }

    /** Scores of a scaled query with all keys that it sees, summed ascending in blocks. */
    float[] orderedScores(int batch, int head, int token) {
      float[] scores = new float[visibleKeys(token)];
      float[] query = new float[headDim];
      for (int i = 0; i < headDim; i++) {
        query[i] = q.array()[queryAt[query(batch, head, token)] + i] * scale;
      }
      for (int j = 0; j < scores.length; j++) {
        int key = keyAt[key(batch, head, j)];
        for (int block = 0; block < headDim; block += MatmulKernel.K_BLOCK) {
          float sum = 0;
          for (int i = block; i < Math.min(headDim, block + MatmulKernel.K_BLOCK); i++) {
            sum = Math.fma(query[i], k.array()[key + i], sum);
          }
          scores[j] = block == 0 ? sum : scores[j] + sum;
        }
      }
      return scores;
    }

    private int visibleKeys(int token) {
      return causal ? k.dim(1) - tokens + token + 1 : k.dim(1);
    }

    /** Scaled scores of a query with all keys that it sees. */
    float[] scores(int batch, int head, int token) {
      float[] scores = new float[visibleKeys(token)];
      int query = queryAt[query(batch, head, token)];
      for (int j = 0; j < scores.length; j++) {
        scores[j] = RowSums.dot(q.array(), query, k.array(), keyAt[key(batch, head, j)], headDim) * scale;
      }
      return scores;
    }
  }
}
