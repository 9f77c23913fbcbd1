package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.InferenceWork;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench decode}: speed of inference with random weights. */
@Command(name = "decode", sortOptions = false, description = "Speed of writing token by token, beside the machine's speed of reading memory.")
final class BenchDecodeCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;
  @Mixin private BenchFlags flags;
  @Mixin private BenchInferenceFlags inference;

  @Override
  public Integer call() {
    Deadline deadline = flags.deadline();
    BenchRecords records = flags.records(common);
    InferenceWork work = inference.work(InferenceWork.Mode.DECODE, common.threads());
    BenchInferenceFlags.measure(common, work, flags.protocol(Optional.empty()), deadline, flags.peer(), records);
    return 0;
  }
}
