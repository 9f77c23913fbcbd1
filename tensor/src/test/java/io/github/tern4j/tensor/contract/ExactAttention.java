package io.github.tern4j.tensor.contract;

/**
 * Attention and its gradients in double over row-major copies of the operands, with bounds of what float kernels may deviate:
 * every sum of n products errs by (n + 2) u of the sum of their magnitudes, and what a value lost before is carried through to
 * first order. Second-order terms have a factor of 2 to spare ({@link #SPARE}).
 */
final class ExactAttention {

  private static final double U = KernelContract.U;
  private static final double SPARE = 2;

  final double[] out;
  final double[] outBound;
  final double[] logSumExp;
  final double[] logSumExpBound;
  final double[] gradQ;
  final double[] gradQBound;
  final double[] gradK;
  final double[] gradKBound;
  final double[] gradV;
  final double[] gradVBound;

  private final int tokens;
  private final int keys;
  private final int heads;
  private final int kvHeads;
  private final int headDim;
  private final boolean causal;

  ExactAttention(Operand q, Operand k, Operand v, Operand gradOut, boolean causal) {
    int batches = q.shape().dim(0);
    tokens = q.shape().dim(1);
    heads = q.shape().dim(2);
    headDim = q.shape().dim(3);
    keys = k.shape().dim(1);
    kvHeads = k.shape().dim(2);
    this.causal = causal;
    out = new double[q.size()];
    outBound = new double[q.size()];
    logSumExp = new double[batches * heads * tokens];
    logSumExpBound = new double[batches * heads * tokens];
    gradQ = new double[q.size()];
    gradQBound = new double[q.size()];
    gradK = new double[k.size()];
    gradKBound = new double[k.size()];
    gradV = new double[k.size()];
    gradVBound = new double[k.size()];
    float[] queries = q.values();
    float[] keyRows = k.values();
    float[] values = v.values();
    float[] grads = gradOut.values();
    for (int batch = 0; batch < batches; batch++) {
      for (int head = 0; head < heads; head++) {
        for (int token = 0; token < tokens; token++) {
          query(batch, head, token, queries, keyRows, values, grads);
        }
      }
    }
  }

  private void query(int batch, int head, int token, float[] q, float[] k, float[] v, float[] g) {
    int seen = causal ? keys - tokens + token + 1 : keys;
    int at = ((batch * tokens + token) * heads + head) * headDim;
    double scale = 1 / Math.sqrt(headDim);
    double[] scores = new double[seen];
    double max = Double.NEGATIVE_INFINITY;
    double scoreBound = 0;
    double largest = 0;
    for (int j = 0; j < seen; j++) {
      int key = keyAt(batch, head, j);
      double magnitude = 0;
      for (int d = 0; d < headDim; d++) {
        scores[j] += scale * q[at + d] * k[key + d];
        magnitude += scale * Math.abs((double) q[at + d] * k[key + d]);
      }
      max = Math.max(max, scores[j]);
      scoreBound = Math.max(scoreBound, (headDim + 4) * U * magnitude);
      largest = Math.max(largest, Math.abs(scores[j]));
    }
    double sum = 0;
    for (double score : scores) {
      sum += StrictMath.exp(score - max);
    }
    int statistic = (batch * heads + head) * tokens + token;
    logSumExp[statistic] = max + StrictMath.log(sum);
    logSumExpBound[statistic] = scoreBound + (seen + 20 + 4 * largest + 4 * Math.abs(logSumExp[statistic])) * U;
    // Relative error of a probability: score and normalizer, the subtraction before exp, exp itself.
    double relative = SPARE * (scoreBound + logSumExpBound[statistic] + (10 + 4 * largest) * U);
    double mean = 0;
    double meanBound = 0;
    for (int d = 0; d < headDim; d++) {
      for (int j = 0; j < seen; j++) {
        double term = StrictMath.exp(scores[j] - logSumExp[statistic]) * v[keyAt(batch, head, j) + d];
        out[at + d] += term;
        outBound[at + d] += Math.abs(term) * (relative + (seen + 4) * U);
      }
      mean += g[at + d] * out[at + d];
      meanBound += Math.abs(g[at + d]) * ((headDim + 2) * U * Math.abs(out[at + d]) + outBound[at + d]);
    }
    int sharing = tokens * heads / kvHeads;
    for (int j = 0; j < seen; j++) {
      int key = keyAt(batch, head, j);
      double p = StrictMath.exp(scores[j] - logSumExp[statistic]);
      double along = 0;
      double alongBound = 0;
      for (int d = 0; d < headDim; d++) {
        double term = (double) g[at + d] * v[key + d];
        along += term;
        alongBound += (headDim + 2) * U * Math.abs(term);
        gradV[key + d] += p * g[at + d];
        gradVBound[key + d] += p * Math.abs(g[at + d]) * (relative + (sharing + 4) * U);
      }
      double gradScore = scale * p * (along - mean);
      double gradScoreBound = scale * p
          * (alongBound + meanBound + (relative + 6 * U) * (Math.abs(along) + Math.abs(mean)));
      for (int d = 0; d < headDim; d++) {
        gradQ[at + d] += gradScore * k[key + d];
        gradQBound[at + d] += (gradScoreBound + (seen + 4) * U * Math.abs(gradScore)) * Math.abs(k[key + d]);
        gradK[key + d] += gradScore * q[at + d];
        gradKBound[key + d] += (gradScoreBound + (sharing + 4) * U * Math.abs(gradScore)) * Math.abs(q[at + d]);
      }
    }
  }

  private int keyAt(int batch, int head, int position) {
    return ((batch * keys + position) * kvHeads + head / (heads / kvHeads)) * headDim;
  }
}
