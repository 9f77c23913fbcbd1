package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.Peer;
import io.github.tern4j.bitdistill.benchmark.Protocol;
import io.github.tern4j.bitdistill.benchmark.TrainingBenchmark;
import io.github.tern4j.bitdistill.benchmark.TrainingMode;
import io.github.tern4j.bitdistill.benchmark.TrainingShape;
import io.github.tern4j.bitdistill.benchmark.TrainingSpeed;
import io.github.tern4j.bitdistill.benchmark.TrainingStep;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench train}: speed and memory of whole training steps. */
@Command(name = "train", sortOptions = false, description = "Speed and memory of whole training steps of a fresh Qwen3.")
final class BenchTrainCommand implements Callable<Integer> {

  private static final double MILLIS = 1e3;

  private static final double GIB = 0x1p-30;

  @Mixin private CommonOptions common;
  @Mixin private BenchFlags flags;

  @Option(names = "--shape", paramLabel = "NAME", defaultValue = "a", order = 1,
      description = "a, b, c or qwen3-0.6b (default: ${DEFAULT-VALUE}).")
  private String shape;

  @Option(names = "--mode", paramLabel = "NAME", defaultValue = "FP", order = 2,
      description = "fp: full precision; bit: ternary student; distill: student with teacher and all losses (default: fp).")
  private TrainingMode mode;

  @Option(names = "--steps", paramLabel = "N", order = 3, description = "Steps of a round (default: up to 8, as time allows).")
  private Optional<Integer> steps;

  @Override
  public Integer call() {
    Deadline deadline = flags.deadline();
    BenchRecords records = flags.records(common);
    measure(common, TrainingShape.named(shape), mode, flags.protocol(steps), deadline, flags.peer(), records);
    return 0;
  }

  /** Measures a shape in a mode and answers with the result. */
  static void measure(CommonOptions common, TrainingShape shape, TrainingMode mode, Protocol protocol, Deadline deadline,
      Optional<Peer> peer, BenchRecords records) {
    try (Backend backend = common.openBackend()) {
      TrainingStep step = new TrainingStep(shape, mode, backend, Rng.of(common.seed()));
      TrainingSpeed speed = new TrainingBenchmark(protocol, deadline, peer).run(step, common.threads(), common.progress());
      Resident resident = new Resident(MachineProbe.peakResidentBytes(), step.plannedResidentBytes());
      records.write(json(speed, resident), () -> text(speed, resident));
    }
  }

  /**
   * Memory at the peak.
   *
   * @param measured of the whole process, where the system says so
   * @param planned what {@code inspect} forecasts
   */
  private record Resident(OptionalLong measured, long planned) {}

  private static Map<String, Object> json(TrainingSpeed speed, Resident resident) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("shape", speed.shape());
    json.put("mode", name(speed.mode()));
    json.put("threads", speed.threads());
    json.put("tokens_per_second", speed.tokensPerSecond());
    json.put("step_ms", MILLIS * speed.stepSeconds().median());
    json.put("peak_resident_bytes", resident.measured);
    json.put("planned_resident_bytes", resident.planned);
    json.put("steps", speed.steps());
    json.put("rounds", speed.rounds());
    speed.peer().ifPresent(peer -> {
      json.put("peer", peer.name());
      json.put("peer_tokens_per_second", peer.tokensPerSecond());
      json.put("peer_peak_resident_bytes", peer.peakResidentBytes());
      json.put("ratio", peer.ratio().median());
      json.put("ratio_low", peer.ratio().low());
      json.put("ratio_high", peer.ratio().high());
    });
    return json;
  }

  private static String text(TrainingSpeed speed, Resident resident) {
    String ours = String.format(Locale.ROOT,
        "train %s %s, threads %d: %.0f tokens/s, %.0f ms a step (%d rounds of %d steps)%s, planned %.2f GiB", speed.shape(),
        name(speed.mode()), speed.threads(), speed.tokensPerSecond(), MILLIS * speed.stepSeconds().median(), speed.rounds(),
        speed.steps(), resident(resident.measured), resident.planned * GIB);
    return ours + speed.peer().map(peer -> String.format(Locale.ROOT, "%n%s: %.0f tokens/s%s%nratio %.2f (%.2f to %.2f)",
        peer.name(), peer.tokensPerSecond(), resident(peer.peakResidentBytes()), peer.ratio().median(), peer.ratio().low(),
        peer.ratio().high())).orElse("");
  }

  private static String resident(OptionalLong bytes) {
    return bytes.isPresent() ? String.format(Locale.ROOT, ", at most %.2f GiB resident", bytes.getAsLong() * GIB) : "";
  }

  private static String name(TrainingMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
