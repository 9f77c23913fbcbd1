package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.InferenceShape;
import io.github.tern4j.bitdistill.benchmark.InferenceWork;
import io.github.tern4j.bitdistill.benchmark.Protocol;
import io.github.tern4j.bitdistill.benchmark.TrainingMode;
import io.github.tern4j.bitdistill.benchmark.TrainingShape;
import io.github.tern4j.bitdistill.infer.WeightFormat;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench}: how fast this build is on this machine. Without a command below it, a short look at each. */
@Command(name = "bench", description = "How fast this build is on this machine; without a COMMAND, a short look at each.",
    subcommands = {BenchTrainCommand.class, BenchDecodeCommand.class, BenchPrefillCommand.class,
        BenchKernelsCommand.class})
final class BenchCommand implements Callable<Integer> {

  /** Seconds for training, for the kernels, and for decoding and prefill each, so that all together stay below 45. */
  private static final double TRAINING_SECONDS = 10;

  private static final double KERNEL_SECONDS = 16;
  private static final double INFERENCE_SECONDS = 5;

  private static final String SMALLEST_TRAINING = "a";
  private static final InferenceShape SMALLEST_MODEL = InferenceShape.named("small");

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    BenchRecords records = new BenchRecords(common.output(), Optional.empty());
    // Training first: its peak of memory is that of the process so far.
    BenchTrainCommand.measure(common, TrainingShape.named(SMALLEST_TRAINING), TrainingMode.FP, Protocol.brief(),
        deadline(TRAINING_SECONDS), Optional.empty(), records);
    for (InferenceWork.Mode mode : InferenceWork.Mode.values()) {
      InferenceWork work = new InferenceWork(mode, SMALLEST_MODEL, WeightFormat.TERNARY_BF16, 0, 0, KeyValueFormat.F32,
          common.threads());
      BenchInferenceFlags.measure(common, work, Protocol.brief(), deadline(INFERENCE_SECONDS), Optional.empty(), records);
    }
    BenchKernelsCommand.measure(common, Protocol.brief(), deadline(KERNEL_SECONDS), Optional.empty(), records);
    return 0;
  }

  private static Deadline deadline(double seconds) {
    return new Deadline(System::nanoTime, seconds);
  }
}
