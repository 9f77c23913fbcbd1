package io.github.tern4j.bitdistill.quantize;

/**
 * A {@link Grid} with the scales and zeros of one weight, fixed once and not moved by what a quantizer does to the weight later.
 * Scales and zeros are {@code [out, groups]} in row-major order; a scale of the whole tensor is repeated.
 */
final class FittedGrid {

  private final Grid grid;
  private final int columnsPerGroup;
  private final int groups;
  private final double[] scales;
  private final double[] divisors;
  private final int[] zeros;

  private FittedGrid(Grid grid, int rows, int columns) {
    this.grid = grid;
    this.columnsPerGroup = grid.groupSize() == Grid.WHOLE_ROW ? Math.max(1, columns) : grid.groupSize();
    this.groups = Math.ceilDiv(columns, columnsPerGroup);
    this.scales = new double[rows * groups];
    this.divisors = new double[rows * groups];
    this.zeros = new int[rows * groups];
  }

  /** The grid with scales and zeros from {@code weight}, {@code [out, in]}. */
  static FittedGrid fit(Grid grid, Matrix weight) {
    FittedGrid fitted = new FittedGrid(grid, weight.rows(), weight.columns());
    double tensorMean = grid instanceof Grid.TernaryPerTensor ? meanMagnitude(weight.values(), 0, weight.values().length) : 0;
    for (int row = 0; row < weight.rows(); row++) {
      for (int group = 0; group < fitted.groups; group++) {
        int from = row * weight.columns() + group * fitted.columnsPerGroup;
        int to = Math.min(from + fitted.columnsPerGroup, (row + 1) * weight.columns());
        int at = row * fitted.groups + group;
        switch (grid) {
          case Grid.TernaryPerTensor _ -> fitted.setTernary(at, tensorMean);
          case Grid.TernaryPerGroup _ -> fitted.setTernary(at, meanMagnitude(weight.values(), from, to));
          case Grid.Int4Symmetric _ -> fitted.setSymmetric(at, weight.values(), from, to);
          case Grid.Int4Asymmetric _ -> fitted.setAsymmetric(at, weight.values(), from, to);
        }
      }
    }
    return fitted;
  }

  private void setTernary(int at, double mean) {
    scales[at] = mean;
    divisors[at] = mean + Grid.EPS;
  }

  private void setSymmetric(int at, double[] w, int from, int to) {
    double largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(w[i]));
    }
    scales[at] = Math.max(largest, Grid.EPS) / grid.highestCode();
    divisors[at] = scales[at];
  }

  private void setAsymmetric(int at, double[] w, int from, int to) {
    double high = 0;
    double low = 0;
    for (int i = from; i < to; i++) {
      high = Math.max(high, w[i]);
      low = Math.min(low, w[i]);
    }
    int steps = grid.highestCode() - grid.lowestCode();
    scales[at] = Math.max(high - low, Grid.EPS) / steps;
    divisors[at] = scales[at];
    zeros[at] = (int) Math.clamp(Math.rint(-low / scales[at]), 0, steps);
  }

  private static double meanMagnitude(double[] w, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.abs(w[i]);
    }
    return to == from ? 0 : sum / (to - from);
  }

  /** Groups of a row. */
  int groups() {
    return groups;
  }

  /** Scales, shared. */
  double[] scales() {
    return scales;
  }

  /** Zeros, shared. */
  int[] zeros() {
    return zeros;
  }

  /** The code of the grid point for {@code w} in this place: the nearest one within the range of codes. */
  int code(int row, int column, double w) {
    int at = row * groups + column / columnsPerGroup;
    return (int) Math.clamp(Math.rint(w / divisors[at]) + zeros[at], grid.lowestCode(), grid.highestCode());
  }

  /** What a code stands for in this place. */
  double value(int row, int column, int code) {
    int at = row * groups + column / columnsPerGroup;
    return (code - zeros[at]) * scales[at];
  }
}
