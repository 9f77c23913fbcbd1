package io.github.tern4j.bitdistill.metric;

/**
 * What {@link Bleu} does about orders without a match, whose precision 0 would make the whole score 0 (Chen and Cherry 2014,
 * methods 1 to 3). A text without any matching token scores 0 with all of them.
 */
public sealed interface BleuSmoothing {

  /** Nothing: the score is 0. */
  record None() implements BleuSmoothing {}

  /**
   * Method 1: {@code value} instead of 0 matches.
   *
   * @param value usually 0.1
   */
  record Floor(double value) implements BleuSmoothing {}

  /**
   * Method 2: {@code k} more matches and n-grams in all orders above 1.
   *
   * @param k usually 1
   */
  record AddK(double k) implements BleuSmoothing {}

  /** Method 3, NIST's and the usual one: 1/2 match in the first order without any, 1/4 in the second and so on. */
  record Exponential() implements BleuSmoothing {}
}
