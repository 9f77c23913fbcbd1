package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.benchmark.Deadline;
import io.github.tern4j.bitdistill.benchmark.InferenceBenchmark;
import io.github.tern4j.bitdistill.benchmark.InferenceShape;
import io.github.tern4j.bitdistill.benchmark.InferenceSpeed;
import io.github.tern4j.bitdistill.benchmark.InferenceWork;
import io.github.tern4j.bitdistill.benchmark.Peer;
import io.github.tern4j.bitdistill.benchmark.Protocol;
import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.bitdistill.infer.WeightFormat;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What {@code bench decode} and {@code bench prefill} measure. */
final class BenchInferenceFlags {

  private static final double GIGA = 1e9;

  /** The formats of projections, each with the head that goes with it. */
  private enum Format {
    TERNARY(WeightFormat.TERNARY_BF16), BF16(WeightFormat.BF16), F16(WeightFormat.F16), F32(WeightFormat.F32);

    private final WeightFormat weights;

    Format(WeightFormat weights) {
      this.weights = weights;
    }
  }

  @Option(names = "--shape", paramLabel = "NAME", defaultValue = "qwen3-0.6b", order = 1,
      description = "small, qwen3-0.6b, qwen3-1.7b or qwen3-4b (default: ${DEFAULT-VALUE}).")
  private String shape;

  @Option(names = "--format", paramLabel = "NAME", defaultValue = "TERNARY", order = 2,
      description = "Projections: ternary, bf16, f16 or f32 (default: ternary).")
  private Format format;

  @Option(names = "--group", paramLabel = "N", defaultValue = "0", order = 3,
      description = "Columns that share a scale of ternary weights; 0: one scale per tensor (default: ${DEFAULT-VALUE}).")
  private int group;

  @Option(names = "--head", paramLabel = "NAME", order = 4,
      description = "Embedding and head: ${COMPLETION-CANDIDATES} (default: bf16 beside ternary, else like the projections).")
  private Optional<TableFormat> head;

  @Option(names = "--context", paramLabel = "N", defaultValue = "0", order = 5,
      description = "Tokens in front of those that are measured (default: ${DEFAULT-VALUE}).")
  private int context;

  @Option(names = "--kv", paramLabel = "NAME", defaultValue = "F32", order = 6,
      description = "Keys and values: ${COMPLETION-CANDIDATES} (default: f32).")
  private KeyValueFormat keyValues;

  /** What to measure in a mode. */
  InferenceWork work(InferenceWork.Mode mode, int threads) {
    WeightFormat weights = head.map(format.weights::withTables).orElse(format.weights);
    return new InferenceWork(mode, InferenceShape.named(shape), weights, group, context, keyValues, threads);
  }

  /** Measures and answers with the result. */
  static void measure(CommonOptions common, InferenceWork work, Protocol protocol, Deadline deadline, Optional<Peer> peer,
      BenchRecords records) {
    try (Backend backend = common.openBackend(); InferenceModel model = work.model(backend, Rng.of(common.seed()))) {
      InferenceSpeed speed = new InferenceBenchmark(protocol, deadline, peer).run(work, model, common.progress());
      records.write(json(speed), () -> text(speed));
    }
  }

  private static Map<String, Object> json(InferenceSpeed speed) {
    InferenceWork work = speed.work();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mode", work.modeName());
    json.put("shape", work.shape().name());
    json.put("format", work.formatName());
    json.put("group", work.groupSize());
    json.put("head", work.headName());
    json.put("context", work.context());
    json.put("kv", work.keyValueName());
    json.put("threads", work.threads());
    json.put("tokens_per_second", speed.tokensPerSecond().median());
    json.put("tokens_per_second_low", speed.tokensPerSecond().low());
    json.put("tokens_per_second_high", speed.tokensPerSecond().high());
    json.put("bytes_per_token", speed.bytesPerToken());
    json.put("read_gb_per_second", speed.readBytesPerSecond() / GIGA);
    json.put("bandwidth_share", speed.bandwidthShare());
    json.put("tokens", speed.tokens());
    json.put("rounds", speed.rounds());
    speed.peer().ifPresent(other -> {
      json.put("peer", other.name());
      json.put("peer_tokens_per_second", other.tokensPerSecond());
      json.put("ratio", other.ratio().median());
      json.put("ratio_low", other.ratio().low());
      json.put("ratio_high", other.ratio().high());
    });
    return json;
  }

  private static String text(InferenceSpeed speed) {
    InferenceWork work = speed.work();
    String ours = String.format(Locale.ROOT, "%s %s %s, head %s, %sthreads %d: %.1f tokens/s (%.1f to %.1f in %d rounds of %d tokens)%n"
        + "%.1f MB read a token; that is %.0f %% of the %.1f GB/s that memory was read with",
        work.modeName(), work.shape().name(), work.formatName() + (work.groupSize() > 0 ? " in groups of " + work.groupSize() : ""),
        work.headName(), work.context() > 0 ? "behind " + work.context() + " tokens in " + work.keyValueName() + ", " : "",
        work.threads(), speed.tokensPerSecond().median(), speed.tokensPerSecond().low(),
        speed.tokensPerSecond().high(), speed.rounds(), speed.tokens(), speed.bytesPerToken() / 1e6, 100 * speed.bandwidthShare(),
        speed.readBytesPerSecond() / GIGA);
    return ours + speed.peer().map(other -> String.format(Locale.ROOT, "%n%s: %.1f tokens/s%nratio %.2f (%.2f to %.2f)",
        other.name(), other.tokensPerSecond(), other.ratio().median(), other.ratio().low(), other.ratio().high())).orElse("");
  }
}
