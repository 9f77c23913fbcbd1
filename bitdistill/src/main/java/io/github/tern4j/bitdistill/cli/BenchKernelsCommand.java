package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.KernelBenchmark;
import io.github.tern4j.bitdistill.benchmark.KernelSpeed;
import io.github.tern4j.bitdistill.benchmark.Peer;
import io.github.tern4j.bitdistill.benchmark.Protocol;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.vector.VectorBackend;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench kernels}: speed of single kernels beside what the machine can do. */
@Command(name = "kernels", sortOptions = false,
    description = "Speed of matrix products and memory beside the machine's peak, on one thread and on all.")
final class BenchKernelsCommand implements Callable<Integer> {

  private static final double GIGA = 1e9;

  @Mixin private CommonOptions common;
  @Mixin private BenchFlags flags;

  @Override
  public Integer call() {
    Deadline deadline = flags.deadline();
    BenchRecords records = flags.records(common);
    measure(common, flags.protocol(Optional.empty()), deadline, flags.peer(), records);
    return 0;
  }

  /** Measures all kernels and answers with a line for each. */
  static void measure(CommonOptions common, Protocol protocol, Deadline deadline, Optional<Peer> peer, BenchRecords records) {
    try (Backend single = common.openBackend(1); Backend several = common.openBackend()) {
      KernelBenchmark.Result result =
          new KernelBenchmark(protocol, deadline, peer).run(single, several, common.threads(), common.progress());
      boolean vectors = several.name().equals(VectorBackend.NAME);
      records.say(() -> String.format(Locale.ROOT, "F32 multiply-add peak of one core: %.1f GFLOP/s", result.fmaPeak() / GIGA));
      for (KernelSpeed speed : result.speeds()) {
        records.write(json(speed, result, vectors), () -> text(speed, result));
      }
    }
  }

  private static Map<String, Object> json(KernelSpeed speed, KernelBenchmark.Result result, boolean vectors) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kernel", name(speed));
    if (speed.kernel() == KernelSpeed.Kind.READ) {
      json.put("bytes", Long.parseLong(speed.shape()));
    } else {
      json.put("shape", speed.shape());
    }
    json.put("threads", speed.threads());
    switch (speed.kernel()) {
      case SGEMM -> {
        json.put("gflops", speed.perSecond() / GIGA);
        json.put("fma_peak_gflops", result.fmaPeak() / GIGA);
        json.put("share", share(speed, result));
      }
      case TERNARY_MATVEC -> {
        if (vectors) {
          json.put("vector_bits", VectorBackend.vectorBits());
        }
        json.put("gweights_per_second", speed.perSecond() / GIGA);
      }
      case TERNARY_STREAM -> {
        json.put("gb_per_second", speed.perSecond() / GIGA);
        json.put("share_of_read", shareOfRead(speed, result));
      }
      case READ -> json.put("gb_per_second", speed.perSecond() / GIGA);
    }
    json.put("rounds", result.rounds());
    speed.peer().ifPresent(peer -> {
      json.put("peer", peer.name());
      json.put("peer_gflops", peer.perSecond() / GIGA);
      json.put("ratio", peer.ratio().median());
      json.put("ratio_low", peer.ratio().low());
      json.put("ratio_high", peer.ratio().high());
    });
    return json;
  }

  private static String text(KernelSpeed speed, KernelBenchmark.Result result) {
    String unit = switch (speed.kernel()) {
      case SGEMM -> String.format(Locale.ROOT, "GFLOP/s, %.0f %% of the peak", 100 * share(speed, result));
      case TERNARY_MATVEC -> "Gweights/s";
      case TERNARY_STREAM -> String.format(Locale.ROOT, "GB/s, %.0f %% of what memory was read with", 100 * shareOfRead(speed, result));
      case READ -> "GB/s";
    };
    String peer = speed.peer().map(other -> String.format(Locale.ROOT, "; %s %.1f, ratio %.2f (%.2f to %.2f)", other.name(),
        other.perSecond() / GIGA, other.ratio().median(), other.ratio().low(), other.ratio().high())).orElse("");
    return String.format(Locale.ROOT, "%-14s  %-14s  threads %d  %6.1f %s%s", name(speed), speed.shape(), speed.threads(),
        speed.perSecond() / GIGA, unit, peer);
  }

  /** The share of the multiply-add peak of the cores that compute. */
  private static double share(KernelSpeed speed, KernelBenchmark.Result result) {
    return speed.perSecond() / (speed.threads() * result.fmaPeak());
  }

  /** The share of the speed at which as many threads read memory in the same rounds. */
  private static double shareOfRead(KernelSpeed speed, KernelBenchmark.Result result) {
    double read = result.speeds().stream()
        .filter(other -> other.kernel() == KernelSpeed.Kind.READ && other.threads() == speed.threads())
        .mapToDouble(KernelSpeed::perSecond).findFirst().orElseThrow();
    return speed.perSecond() / read;
  }

  private static String name(KernelSpeed speed) {
    return speed.kernel().name().toLowerCase(Locale.ROOT);
  }
}
