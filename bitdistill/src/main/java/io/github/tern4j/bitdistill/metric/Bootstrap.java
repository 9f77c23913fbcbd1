package io.github.tern4j.bitdistill.metric;

import io.github.tern4j.tensor.Rng;
import java.util.Arrays;

/**
 * Intervals and tests by drawing rows again (Efron 1979; for BLEU Koehn 2004): each sample has as many rows as the corpus, drawn
 * with repetition, and the middle 95 % of the samples' scores are the interval. Sample {@code b} draws from the stream
 * {@code rng.at(b)}: the same seed gives the same bits. The interval speaks of other rows like these, not of another training
 * run; of a single row it is a point.
 *
 * @param resamples how many samples; 1000 is usual
 * @param rng where the draws come from
 */
public record Bootstrap(int resamples, Rng rng) {

  /** One in this many samples is cut off at each end. */
  private static final int TAIL = 40;

  /** At least one sample has to lie outside at each end. */
  public Bootstrap {
    if (resamples < TAIL) {
      throw new IllegalArgumentException("bootstrap: " + resamples + " samples; expected at least " + TAIL);
    }
  }

  /** The score with its interval. */
  public Estimate interval(CorpusScore score) {
    double[] samples = new double[resamples];
    for (int b = 0; b < resamples; b++) {
      samples[b] = score.ofRows(draw(b, score.rows()));
    }
    Arrays.sort(samples);
    return new Estimate(score.value(), samples[resamples / TAIL], samples[resamples - 1 - resamples / TAIL]);
  }

  /**
   * Compares two methods on the same rows; each sample draws the same rows for both. The p-value is the share of samples whose
   * difference is at least as far from the mean sample as the observed one from 0, {@code (1 + count) / (1 + samples)} (Riezler
   * and Maxwell 2005). As in sacrebleu's paired bootstrap, except that a tie counts: methods that are equal have p = 1.
   *
   * @throws IllegalArgumentException if the numbers of rows differ
   */
  public PairedDifference compare(CorpusScore a, CorpusScore b) {
    if (a.rows() != b.rows()) {
      throw new IllegalArgumentException("compare: " + a.rows() + " and " + b.rows() + " rows; expected the same rows");
    }
    double[] differences = new double[resamples];
    double mean = 0;
    for (int sample = 0; sample < resamples; sample++) {
      int[] drawn = draw(sample, a.rows());
      differences[sample] = a.ofRows(drawn) - b.ofRows(drawn);
      mean += differences[sample] / resamples;
    }
    double observed = a.value() - b.value();
    int asFar = 0;
    for (double difference : differences) {
      asFar += Math.abs(difference - mean) >= Math.abs(observed) ? 1 : 0;
    }
    Arrays.sort(differences);
    return new PairedDifference(observed, differences[resamples / TAIL], differences[resamples - 1 - resamples / TAIL],
        (1.0 + asFar) / (1.0 + resamples));
  }

  private int[] draw(int sample, int rows) {
    Rng stream = rng.at(sample);
    int[] drawn = new int[rows];
    for (int i = 0; i < rows; i++) {
      drawn[i] = stream.below(i, rows);
    }
    return drawn;
  }
}
