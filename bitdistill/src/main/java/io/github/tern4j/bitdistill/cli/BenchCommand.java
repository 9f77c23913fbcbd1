package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.Protocol;
import io.github.tern4j.bitdistill.benchmark.TrainingMode;
import io.github.tern4j.bitdistill.benchmark.TrainingShape;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench}: how fast this build is on this machine. Without a command below it, a short look at each. */
@Command(name = "bench", description = "How fast this build is on this machine; without a COMMAND, a short look at each.",
    subcommands = {BenchTrainCommand.class, BenchKernelsCommand.class})
final class BenchCommand implements Callable<Integer> {

  /** Seconds for each of the two, so that both together stay below 45. */
  private static final double SECONDS = 18;

  private static final String SMALLEST_SHAPE = "a";

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    BenchRecords records = new BenchRecords(common.output(), Optional.empty());
    // Training first: its peak of memory is that of the process so far.
    BenchTrainCommand.measure(common, TrainingShape.named(SMALLEST_SHAPE), TrainingMode.FP, Protocol.brief(), deadline(),
        Optional.empty(), records);
    BenchKernelsCommand.measure(common, Protocol.brief(), deadline(), Optional.empty(), records);
    return 0;
  }

  private static Deadline deadline() {
    return new Deadline(System::nanoTime, SECONDS);
  }
}
