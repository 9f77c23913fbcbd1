package io.github.tern4j.tensor.contract;

/**
 * Softmax of {@code x / tau} over rows of {@code n} elements in double, with bounds of what float kernels may deviate.
 *
 * <p>With d = x - max and S = sum exp(d): exp errs by {@link #EXP} of its value and by what its argument lost ({@code 3 u |d|}: a
 * subtraction and the two roundings of a division by tau), the sum by (n + 1) u, ln by {@link #LN} of its value.
 */
final class ExactSoftmax {

  /** Largest relative error of exp on any backend: 4 ulp. */
  private static final double EXP = 8 * KernelContract.U;

  /** Largest relative error of ln on any backend: 4 ulp. */
  private static final double LN = 8 * KernelContract.U;

  final double[] probabilities;
  final double[] logProbabilities;
  final double[] logBounds;
  /** max + ln S of each row, for tau 1. */
  final double[] logSumExp;
  final double[] logSumExpBounds;

  ExactSoftmax(float[] x, int n, double tau) {
    int rows = n == 0 ? 0 : x.length / n;
    probabilities = new double[x.length];
    logProbabilities = new double[x.length];
    logBounds = new double[x.length];
    logSumExp = new double[rows];
    logSumExpBounds = new double[rows];
    double u = KernelContract.U;
    for (int row = 0; row < rows; row++) {
      double max = Double.NEGATIVE_INFINITY;
      double min = Double.POSITIVE_INFINITY;
      for (int i = row * n; i < (row + 1) * n; i++) {
        max = Math.max(max, x[i]);
        min = Math.min(min, x[i]);
      }
      double sum = 0;
      for (int i = row * n; i < (row + 1) * n; i++) {
        sum += StrictMath.exp((x[i] - max) / tau);
      }
      double logSum = StrictMath.log(sum);
      double spread = (max - min) / tau;
      double sumBound = 3 * u * spread + EXP + (n + 1) * u + LN * logSum;
      logSumExp[row] = max + logSum;
      logSumExpBounds[row] = sumBound + 2 * u * Math.abs(logSumExp[row]);
      for (int i = row * n; i < (row + 1) * n; i++) {
        double d = (x[i] - max) / tau;
        logProbabilities[i] = d - logSum;
        logBounds[i] = sumBound + 3 * u * Math.abs(d) + 2 * u * Math.abs(logProbabilities[i]);
        probabilities[i] = StrictMath.exp(logProbabilities[i]);
      }
    }
  }

  /** Bounds of the probabilities: their logarithms' bounds, one more exp and one division. */
  double[] probabilityBounds() {
    double[] bounds = new double[probabilities.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = probabilities[i] * (logBounds[i] + EXP + 2 * KernelContract.U) + KernelContract.TINY;
    }
    return bounds;
  }
}
