package io.github.tern4j.bitdistill.benchmark;

import java.util.OptionalLong;

/**
 * Tokens a second of another program.
 *
 * @param name what it calls itself
 * @param tokensPerSecond median over the rounds
 * @param peakResidentBytes its most memory in any round, if it says so
 * @param ratio over the rounds, our tokens per second divided by its
 */
public record PeerSpeed(String name, double tokensPerSecond, OptionalLong peakResidentBytes, Spread ratio) {}
