package io.github.tern4j.bitdistill.metric;

/**
 * How much of a reference a text holds, from 0 to 1.
 *
 * @param precision matches in relation to the text's length
 * @param recall matches in relation to the reference's length
 * @param fMeasure their harmonic mean
 */
public record RougeScore(double precision, double recall, double fMeasure) {

  /** The score of {@code matches} between lengths; 0 where there is nothing to match. */
  static RougeScore of(int matches, int predicted, int wanted) {
    double precision = (double) matches / Math.max(1, predicted);
    double recall = (double) matches / Math.max(1, wanted);
    return new RougeScore(precision, recall, matches == 0 ? 0 : 2 * precision * recall / (precision + recall));
  }
}
