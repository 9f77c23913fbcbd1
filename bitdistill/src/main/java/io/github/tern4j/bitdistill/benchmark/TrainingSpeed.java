package io.github.tern4j.bitdistill.benchmark;

import java.util.Optional;

/**
 * Speed of training steps.
 *
 * @param shape name of the shape
 * @param mode what was trained
 * @param threads CPU threads
 * @param steps steps of a round
 * @param rounds rounds
 * @param stepSeconds over the rounds, the median time of a step
 * @param tokensPerSecond tokens of a step divided by the median of {@code stepSeconds}
 * @param peer the other program, if there was one
 */
public record TrainingSpeed(String shape, TrainingMode mode, int threads, int steps, int rounds, Spread stepSeconds,
    double tokensPerSecond, Optional<PeerSpeed> peer) {}
