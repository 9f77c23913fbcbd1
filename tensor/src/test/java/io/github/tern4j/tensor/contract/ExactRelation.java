package io.github.tern4j.tensor.contract;

import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;

/**
 * Attention relations, their divergence and its gradient in double for one batch entry and head, with bounds of what float
 * kernels may deviate, carried through to first order as in {@link ExactAttention}.
 */
final class ExactRelation {

  private static final double U = KernelContract.U;
  private static final double SPARE = 2;

  final double[] losses;
  final double[] lossBounds;
  final double[][] gradStudent;
  final double[][] gradStudentBounds;

  ExactRelation(float[][] teacher, float[][] student, RelationMode mode, double temperature) {
    Relations t = new Relations(teacher, mode, temperature);
    Relations s = new Relations(student, mode, temperature);
    int length = student.length;
    losses = new double[length];
    lossBounds = new double[length];
    for (int i = 0; i < length; i++) {
      for (int j = 0; j < length; j++) {
        double lnT = StrictMath.log(Math.max(t.r[i][j], RelationKernel.SMALLEST_PROBABILITY));
        double lnS = StrictMath.log(Math.max(s.r[i][j], RelationKernel.SMALLEST_PROBABILITY));
        losses[i] += t.r[i][j] * (lnT - lnS);
        lossBounds[i] += t.r[i][j] * (t.relative[i] + s.relative[i] + 8 * U * (Math.abs(lnT) + Math.abs(lnS))
            + (t.relative[i] + (length + 4) * U) * Math.abs(lnT - lnS));
      }
    }
    gradStudent = new double[length][];
    gradStudentBounds = new double[length][];
    for (int i = 0; i < length; i++) {
      gradient(i, t, s);
    }
  }

  private void gradient(int i, Relations t, Relations s) {
    int length = s.y.length;
    int width = s.width;
    double[] grad = new double[width];
    double[] bound = new double[width];
    for (int j = 0; j < length; j++) {
      double gradScore = s.r[i][j] - t.r[i][j] + s.r[j][i] - t.r[j][i];
      double gradScoreBound = (s.relative[i] + 4 * U) * s.r[i][j] + (t.relative[i] + 4 * U) * t.r[i][j]
          + (s.relative[j] + 4 * U) * s.r[j][i] + (t.relative[j] + 4 * U) * t.r[j][i];
      double magnitude = s.r[i][j] + t.r[i][j] + s.r[j][i] + t.r[j][i];
      for (int d = 0; d < width; d++) {
        grad[d] += s.factor * gradScore * s.y[j][d];
        bound[d] += s.factor * Math.abs(s.y[j][d]) * (gradScoreBound + magnitude * ((2 * length + 6) * U + s.yRelative));
      }
    }
    if (s.normalized) {
      boolean constantNorm = s.norms[i] < RelationKernel.SMALLEST_NORM;
      double norm = Math.max(s.norms[i], RelationKernel.SMALLEST_NORM);
      double along = 0;
      double alongBound = 0;
      for (int d = 0; d < width && !constantNorm; d++) {
        along += s.y[i][d] * grad[d];
        alongBound += Math.abs(s.y[i][d]) * (bound[d] + Math.abs(grad[d]) * ((width + 4) * U + s.yRelative));
      }
      for (int d = 0; d < width; d++) {
        double through = s.y[i][d] * along;
        bound[d] = (bound[d] + Math.abs(s.y[i][d]) * alongBound
            + (Math.abs(grad[d]) + Math.abs(through)) * (4 * U + 2 * s.yRelative)) / norm;
        grad[d] = (grad[d] - through) / norm;
      }
    }
    gradStudent[i] = grad;
    gradStudentBounds[i] = bound;
  }

  /** Normalized vectors and the softmax of their scaled products. */
  private static final class Relations {

    final int width;
    final boolean normalized;
    final double factor;
    final double[][] y;
    final double[] norms;
    final double[][] r;
    /** Relative error of y. */
    final double yRelative;
    /** Relative error of the relations of a query. */
    final double[] relative;

    Relations(float[][] x, RelationMode mode, double temperature) {
      int length = x.length;
      width = length == 0 ? 0 : x[0].length;
      normalized = mode.normalized();
      factor = (mode == RelationMode.ALGORITHM1 ? 1 : 1 / Math.sqrt(width)) / temperature;
      yRelative = normalized ? (width / 2.0 + 6) * U : 0;
      y = new double[length][width];
      norms = new double[length];
      r = new double[length][length];
      relative = new double[length];
      for (int i = 0; i < length; i++) {
        for (float value : x[i]) {
          norms[i] += (double) value * value;
        }
        norms[i] = Math.sqrt(norms[i]);
        for (int d = 0; d < width; d++) {
          y[i][d] = normalized ? x[i][d] / Math.max(norms[i], RelationKernel.SMALLEST_NORM) : x[i][d];
        }
      }
      for (int i = 0; i < length; i++) {
        softmax(i);
      }
    }

    private void softmax(int i) {
      double max = Double.NEGATIVE_INFINITY;
      double scoreBound = 0;
      double largest = 0;
      for (int j = 0; j < r.length; j++) {
        double magnitude = 0;
        for (int d = 0; d < width; d++) {
          r[i][j] += factor * y[i][d] * y[j][d];
          magnitude += factor * Math.abs(y[i][d] * y[j][d]);
        }
        max = Math.max(max, r[i][j]);
        scoreBound = Math.max(scoreBound, magnitude * ((width + 4) * U + 2 * yRelative));
        largest = Math.max(largest, Math.abs(r[i][j]));
      }
      double sum = 0;
      for (int j = 0; j < r.length; j++) {
        r[i][j] = StrictMath.exp(r[i][j] - max);
        sum += r[i][j];
      }
      for (int j = 0; j < r.length; j++) {
        r[i][j] /= sum;
      }
      relative[i] = SPARE * (2 * scoreBound + (r.length + 24 + 4 * largest) * U);
    }
  }
}
