package io.github.tern4j.bitdistill.benchmark;

import java.util.Optional;

/**
 * Speed of inference.
 *
 * @param work what was measured
 * @param tokens tokens of a round
 * @param rounds rounds
 * @param tokensPerSecond over the rounds
 * @param bytesPerToken bytes that are read for a token: projections and head once in each pass, divided by the tokens of a pass;
 *     for decoding also the keys and values of the tokens before, on average over a round
 * @param readBytesPerSecond how fast the same threads read memory, median over the same rounds
 * @param peer the other program, if there was one
 */
public record InferenceSpeed(InferenceWork work, int tokens, int rounds, Spread tokensPerSecond, double bytesPerToken,
    double readBytesPerSecond, Optional<PeerSpeed> peer) {

  /** The share of the memory's speed that is reached; small models in a cache can pass 1. */
  public double bandwidthShare() {
    return tokensPerSecond.median() * bytesPerToken / readBytesPerSecond;
  }
}
