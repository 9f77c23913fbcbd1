package io.github.tern4j.bitdistill.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How the latent weights of a tensor are spread, in units of its scale Delta = mean|W|. Ternary rounding has its borders at
 * w / Delta = -0.5 and 0.5; continual pre-training moves weights towards them (Wu et al. 2025, figure 2).
 *
 * @param tensor the tensor's name, or a name for several of them
 * @param moment when it was taken, for example {@code before stage 2}
 * @param low left edge of the first bin
 * @param high right edge of the last bin
 * @param counts weights per bin, all bins equally wide; what lies outside is counted in the first and the last bin
 */
public record WeightHistogram(String tensor, String moment, double low, double high, List<Long> counts) {

  /** Edges at +-3 Delta: of normally distributed weights 98 % lie within, since there Delta = 0.8 standard deviations. */
  private static final double RANGE = 3;

  /** Bins of 0.05 Delta, so that both borders are edges of bins. */
  private static final int BINS = 120;

  /** Copies the counts. */
  public WeightHistogram {
    counts = List.copyOf(counts);
  }

  /** The histogram of {@code weights / delta}; {@code delta} must be positive. */
  public static WeightHistogram of(String tensor, String moment, float[] weights, double delta) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("histogram: " + tensor + ": scale " + delta + "; expected a positive number");
    }
    long[] counts = new long[BINS];
    double binsPerUnit = BINS / (2 * RANGE) / delta;
    for (float weight : weights) {
      int bin = (int) Math.floor(weight * binsPerUnit + BINS / 2.0);
      counts[Math.clamp(bin, 0, BINS - 1)]++;
    }
    List<Long> boxed = new ArrayList<>(BINS);
    for (long count : counts) {
      boxed.add(count);
    }
    return new WeightHistogram(tensor, moment, -RANGE, RANGE, boxed);
  }

  /** How many weights it counts. */
  long total() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  /** The share of weights closer to a rounding border than {@code distance}, in whole bins. */
  double shareNearBorders(double distance) {
    double width = (high - low) / counts.size();
    long near = 0;
    for (int bin = 0; bin < counts.size(); bin++) {
      double middle = low + (bin + 0.5) * width;
      if (Math.abs(Math.abs(middle) - 0.5) < distance) {
        near += counts.get(bin);
      }
    }
    return (double) near / Math.max(1, total());
  }
}
