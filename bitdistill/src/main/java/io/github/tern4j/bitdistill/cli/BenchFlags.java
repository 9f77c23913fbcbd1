package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.Peer;
import io.github.tern4j.bitdistill.benchmark.Protocol;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much the commands below {@code bench} measure, beside what, and where they keep it. */
final class BenchFlags {

  /** A measurement without {@code --full} ends within 45 seconds; some are left for starting and for the last round. */
  private static final double BRIEF_SECONDS = 36;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds; the median counts (default: up to 5, as time allows).")
  private Optional<Integer> rounds;

  @Option(names = "--full", description = "Measure all of it, however long that takes (default: at most 45 seconds).")
  private boolean full;

  @Option(names = "--peer", paramLabel = "COMMAND",
      description = "Another program to measure in turns with this one; see bench/peers/README.md.")
  private Optional<String> peer;

  @Option(names = "--out", paramLabel = "FILE", description = "Also append the results to this file, one JSON object a line.")
  private Optional<Path> out;

  /**
   * What to measure.
   *
   * @throws BadInputException for numbers below 1
   */
  Protocol protocol(Optional<Integer> steps) {
    Protocol given = new Protocol(positive("--steps", steps), positive("--rounds", rounds));
    return full ? given.full() : given;
  }

  private static OptionalInt positive(String option, Optional<Integer> value) {
    if (value.isPresent() && value.get() < 1) {
      throw new BadInputException(option + " " + value.get() + "; expected at least 1");
    }
    return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
  }

  /** When a measurement that begins now should end. */
  Deadline deadline() {
    return new Deadline(System::nanoTime, BRIEF_SECONDS);
  }

  /** The other program. */
  Optional<Peer> peer() {
    return peer.map(Peer::new);
  }

  /**
   * Where results go.
   *
   * @throws ParameterException for options before the name of the command, which would have no effect
   */
  BenchRecords records(CommonOptions common) {
    command.commandLine().getParent().getParseResult().matchedOptions().stream().findFirst().ifPresent(misplaced -> {
      throw new ParameterException(command.commandLine(), "option " + misplaced.longestName() + " stands before '"
          + command.name() + "'; expected it behind");
    });
    return new BenchRecords(common.output(), out);
  }
}
