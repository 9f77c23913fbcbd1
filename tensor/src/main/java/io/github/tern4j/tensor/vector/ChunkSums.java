package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.kernel.Summation.ELEMENTS_PER_CHUNK;

import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.Summation;

/**
 * Sums over whole tensors, carried in double by {@link Summation#ELEMENTS_PER_CHUNK chunks}. A chunk's sum is a chain of
 * dependent additions, so four chunks are summed side by side to keep the adders busy.
 */
final class ChunkSums {

  private static final int SIDE_BY_SIDE = 4;

  private final Workers workers;
  private double[] sums = new double[0];

  ChunkSums(Workers workers) {
    this.workers = workers;
  }

  /** Sum of {@code x[at + i]^2} for i below n. */
  double squares(float[] x, int at, int n) {
    return sum(n, (chunk, first) -> squaresOfFour(x, at + first, sums, chunk), (from, to) -> squaresAscending(x, at + from, at + to));
  }

  /** Sum of {@code |x[at + i]|} for i below n. */
  double magnitudes(float[] x, int at, int n) {
    return sum(n, (chunk, first) -> magnitudesOfFour(x, at + first, sums, chunk),
        (from, to) -> magnitudesAscending(x, at + from, at + to));
  }

  private interface Four {
    void sum(int chunk, int first);
  }

  private interface One {
    double sum(int from, int to);
  }

  private double sum(int n, Four four, One one) {
    int chunks = Math.ceilDiv(n, ELEMENTS_PER_CHUNK);
    if (sums.length < chunks) {
      sums = new double[chunks];
    }
    Ranges.run(workers, chunks, SIDE_BY_SIDE, (first, last) -> {
      if (last - first == SIDE_BY_SIDE && last * ELEMENTS_PER_CHUNK <= n) {
        four.sum(first, first * ELEMENTS_PER_CHUNK);
        return;
      }
      for (int chunk = first; chunk < last; chunk++) {
        sums[chunk] = one.sum(chunk * ELEMENTS_PER_CHUNK, Math.min(n, (chunk + 1) * ELEMENTS_PER_CHUNK));
      }
    });
    double total = 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
      total += sums[chunk];
    }
    return total;
  }

  private static void squaresOfFour(float[] x, int at, double[] sums, int to) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = at; i < at + ELEMENTS_PER_CHUNK; i++) {
      double x0 = x[i];
      double x1 = x[i + ELEMENTS_PER_CHUNK];
      double x2 = x[i + 2 * ELEMENTS_PER_CHUNK];
      double x3 = x[i + 3 * ELEMENTS_PER_CHUNK];
      sum0 += x0 * x0;
      sum1 += x1 * x1;
      sum2 += x2 * x2;
      sum3 += x3 * x3;
    }
    sums[to] = sum0;
    sums[to + 1] = sum1;
    sums[to + 2] = sum2;
    sums[to + 3] = sum3;
  }

  private static double squaresAscending(float[] x, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += (double) x[i] * x[i];
    }
    return sum;
  }

  private static void magnitudesOfFour(float[] x, int at, double[] sums, int to) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = at; i < at + ELEMENTS_PER_CHUNK; i++) {
      sum0 += Math.abs(x[i]);
      sum1 += Math.abs(x[i + ELEMENTS_PER_CHUNK]);
      sum2 += Math.abs(x[i + 2 * ELEMENTS_PER_CHUNK]);
      sum3 += Math.abs(x[i + 3 * ELEMENTS_PER_CHUNK]);
    }
    sums[to] = sum0;
    sums[to + 1] = sum1;
    sums[to + 2] = sum2;
    sums[to + 3] = sum3;
  }

  /** Sum of {@code |x_i|} from {@code from} to {@code to}, ascending. */
  static double magnitudesAscending(float[] x, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.abs(x[i]);
    }
    return sum;
  }
}
