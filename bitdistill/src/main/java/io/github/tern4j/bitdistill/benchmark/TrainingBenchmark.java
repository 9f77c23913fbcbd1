package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Times whole training steps: a few for warming up, then rounds of some steps. A round's time is the median of its steps, as in
 * {@code bench/peers/torch_step.py}; the result is the median over rounds. A peer has its turn after each of our rounds.
 */
public final class TrainingBenchmark {

  /** Steps that do not count: pools fill, the JIT compiles. */
  private static final int WARM_UP_STEPS = 3;

  /** A short measurement warms up for at most this share of its time, though always for one step. */
  private static final double WARM_UP_SHARE = 1.0 / 3;

  /** Our share of the time of a short measurement with a peer, which starts anew and warms up in every round. */
  private static final double SHARE_BESIDE_PEER = 1.0 / 4;

  private final Protocol protocol;
  private final Deadline deadline;
  private final Optional<Peer> peer;

  /** A benchmark; the deadline ends only what the protocol leaves open. */
  public TrainingBenchmark(Protocol protocol, Deadline deadline, Optional<Peer> peer) {
    this.protocol = protocol;
    this.deadline = deadline;
    this.peer = peer;
  }

  /**
   * Measures.
   *
   * @param threads how many CPU threads the step computes with, for the peer and the result
   * @throws BadInputException when the peer fails or does not answer as it should
   */
  public TrainingSpeed run(TrainingStep step, int threads, Progress progress) {
    double stepTime = warmUp(step);
    int steps = protocol.steps().orElseGet(() -> chosenSteps(stepTime));
    Optional<PeerRounds> opponent = peer.map(program -> new PeerRounds(program, arguments(step, threads, steps)));
    List<Double> times = new ArrayList<>();
    double longestRound = 0;
    try (Progress.Stage display = progress.start(title(step), "rounds", 0, protocol.mostRounds())) {
      while (protocol.another(times.size(), longestRound, deadline)) {
        longestRound = Math.max(longestRound, deadline.time(() -> {
          double seconds = round(step, steps);
          times.add(seconds);
          opponent.ifPresent(rounds -> rounds.run(step.shape().tokensPerStep() / seconds));
        }));
        display.at(times.size(), String.format(Locale.ROOT, "%.0f ms a step", 1_000 * times.getLast()));
      }
    }
    Spread stepSeconds = Spread.of(times);
    return new TrainingSpeed(step.shape().name(), step.mode(), threads, steps, times.size(), stepSeconds,
        step.shape().tokensPerStep() / stepSeconds.median(), opponent.map(PeerRounds::speed));
  }

  /** Returns the time of the last step. */
  private double warmUp(TrainingStep step) {
    double enough = deadline.left() * (1 - WARM_UP_SHARE);
    double seconds = deadline.time(step::run);
    for (int done = 1; done < WARM_UP_STEPS && (!protocol.isLimited() || deadline.left() > enough); done++) {
      seconds = deadline.time(step::run);
    }
    return seconds;
  }

  private int chosenSteps(double stepSeconds) {
    double time = deadline.left() * (peer.isPresent() ? SHARE_BESIDE_PEER : 1);
    return Math.clamp((long) (time / (protocol.mostRounds() * stepSeconds)), 1, Protocol.STEPS);
  }

  private double round(TrainingStep step, int steps) {
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      seconds.add(deadline.time(step::run));
    }
    return Spread.of(seconds).median();
  }

  private static String title(TrainingStep step) {
    return "train " + step.shape().name() + " " + name(step.mode());
  }

  private static List<String> arguments(TrainingStep step, int threads, int steps) {
    return List.of("--shape", step.shape().name(), "--mode", name(step.mode()), "--threads", Integer.toString(threads),
        "--steps", Integer.toString(steps), "--json");
  }

  private static String name(TrainingMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
