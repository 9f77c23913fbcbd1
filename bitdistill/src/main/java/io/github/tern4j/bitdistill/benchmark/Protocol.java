package io.github.tern4j.bitdistill.benchmark;

import java.util.OptionalInt;

/**
 * How much is measured. What is not given follows from the time that is there.
 *
 * @param steps training steps of a round
 * @param rounds rounds
 */
public record Protocol(OptionalInt steps, OptionalInt rounds) {

  /** Steps of a round, and the most that a short measurement chooses. */
  static final int STEPS = 8;

  /** Rounds, and the most that a short measurement chooses. */
  static final int ROUNDS = 5;

  /** Checks the numbers. */
  public Protocol {
    if (steps.orElse(1) < 1 || rounds.orElse(1) < 1) {
      throw new IllegalArgumentException("protocol: " + steps + " steps, " + rounds + " rounds; expected at least 1");
    }
  }

  /** As much as the time allows. */
  public static Protocol brief() {
    return new Protocol(OptionalInt.empty(), OptionalInt.empty());
  }

  /** The same, and all of the protocol where nothing is given: {@value #ROUNDS} rounds of {@value #STEPS} steps. */
  public Protocol full() {
    return new Protocol(OptionalInt.of(steps.orElse(STEPS)), OptionalInt.of(rounds.orElse(ROUNDS)));
  }

  /** Whether the time decides about anything. */
  boolean isLimited() {
    return steps.isEmpty() || rounds.isEmpty();
  }

  /** The most rounds there can be. */
  int mostRounds() {
    return rounds.orElse(ROUNDS);
  }

  /** Whether another round is to be done; one is always done. */
  boolean another(int done, double longestRound, Deadline deadline) {
    return done < mostRounds() && (rounds.isPresent() || done == 0 || deadline.left() >= longestRound);
  }
}
