package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.InferenceWork;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench prefill}: speed of inference with random weights. */
@Command(name = "prefill", sortOptions = false, description = "Speed of reading a prompt of 128 tokens.")
final class BenchPrefillCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;
  @Mixin private BenchFlags flags;
  @Mixin private BenchInferenceFlags inference;

  @Override
  public Integer call() {
    Deadline deadline = flags.deadline();
    BenchRecords records = flags.records(common);
    InferenceWork work = inference.work(InferenceWork.Mode.PREFILL, common.threads());
    BenchInferenceFlags.measure(common, work, flags.protocol(Optional.empty()), deadline, flags.peer(), records);
    return 0;
  }
}
