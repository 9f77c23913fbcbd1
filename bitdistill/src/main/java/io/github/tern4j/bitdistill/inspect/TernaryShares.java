package io.github.tern4j.bitdistill.inspect;

/**
 * How often each code occurs among ternary weights.
 *
 * @param negative weights with code -1
 * @param zero weights with code 0
 * @param positive weights with code 1
 */
public record TernaryShares(long negative, long zero, long positive) {

  /** Nothing counted yet. */
  static final TernaryShares NONE = new TernaryShares(0, 0, 0);

  static TernaryShares of(byte[] codes) {
    long negative = 0;
    long positive = 0;
    for (byte code : codes) {
      negative += code < 0 ? 1 : 0;
      positive += code > 0 ? 1 : 0;
    }
    return new TernaryShares(negative, codes.length - negative - positive, positive);
  }

  TernaryShares plus(TernaryShares other) {
    return new TernaryShares(negative + other.negative, zero + other.zero, positive + other.positive);
  }

  /** Weights counted. */
  public long total() {
    return negative + zero + positive;
  }
}
