package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.inspect.MemoryPlan;
import io.github.tern4j.bitdistill.inspect.ModelInspection;
import io.github.tern4j.bitdistill.inspect.TensorInspection;
import io.github.tern4j.bitdistill.inspect.TernaryShares;
import io.github.tern4j.bitdistill.report.WeightHistogram;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect}: what is in a model. */
@Command(name = "inspect",
    description = "Tensors, sizes, ternary codes and weight histogram of a model, and the memory that training it takes.")
final class InspectCommand implements Callable<Integer> {

  /** Bars of the histogram; a multiple of its bins, so that the rounding borders are edges of bars. */
  private static final int BARS = 60;

  private static final double MIB = 1 << 20;

  private static final String HEIGHTS = " ▁▂▃▄▅▆▇█";

  @Mixin private CommonOptions common;

  @Parameters(paramLabel = "DIR|FILE",
      description = "Model directory, .ternary or .safetensors file, or a config.json, alone in its directory perhaps, for the "
          + "memory plan.")
  private Path path;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
      description = "Sequences of a training step, for the memory plan (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(names = "--tokens", paramLabel = "N", defaultValue = "512",
      description = "Tokens of a sequence, for the memory plan (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Override
  public Integer call() {
    if (batch < 1 || tokens < 1) {
      throw new BadInputException("inspect: --batch " + batch + " --tokens " + tokens + "; expected numbers from 1");
    }
    try (Backend backend = common.openBackend()) {
      ModelInspection inspection = ModelInspection.of(path, batch, tokens, backend);
      common.output().write(inspection, () -> text(inspection));
    }
    return 0;
  }

  private static String text(ModelInspection inspection) {
    List<String> lines = new ArrayList<>();
    inspection.tensors().forEach(tensor -> lines.add(line(tensor)));
    lines.add(String.format(Locale.ROOT, "%n%s: %s, %d tensors, %,d bytes", inspection.path(), inspection.format(),
        inspection.tensors().size(), inspection.bytes()));
    lines.add(String.format(Locale.ROOT, "%,d parameters, %,d of them in projections (%,d bytes)", inspection.parameters(),
        inspection.projectionParameters(), inspection.blockWeightBytes()));
    inspection.codes().ifPresent(codes -> lines.add("ternary codes of all projections: " + shares(codes)));
    inspection.histogram().ifPresent(histogram -> lines.addAll(bars(histogram)));
    inspection.memory().ifPresent(plan -> lines.addAll(lines(plan)));
    return String.join("\n", lines);
  }

  private static String line(TensorInspection tensor) {
    String codes = tensor.codes().map(shares -> "  " + shares(shares)).orElse("");
    String scale = tensor.scale().map(delta -> String.format(Locale.ROOT, "  scale %.4g", delta)).orElse("");
    return String.format(Locale.ROOT, "%-52s %-5s %-16s %,14d%s%s", tensor.name(), tensor.dtype(), tensor.shape(), tensor.bytes(),
        codes, scale);
  }

  private static String shares(TernaryShares codes) {
    double percent = 100.0 / Math.max(1, codes.total());
    return String.format(Locale.ROOT, "-1 %.1f%%  0 %.1f%%  +1 %.1f%%", codes.negative() * percent, codes.zero() * percent,
        codes.positive() * percent);
  }

  private static List<String> bars(WeightHistogram histogram) {
    int binsPerBar = histogram.counts().size() / BARS;
    long[] heights = new long[BARS];
    long highest = 1;
    for (int bar = 0; bar < BARS; bar++) {
      heights[bar] = histogram.counts().subList(bar * binsPerBar, (bar + 1) * binsPerBar).stream()
          .mapToLong(Long::longValue).sum();
      highest = Math.max(highest, heights[bar]);
    }
    StringBuilder drawn = new StringBuilder();
    for (long height : heights) {
      drawn.append(HEIGHTS.charAt((int) Math.ceilDiv(height * (HEIGHTS.length() - 1), highest)));
    }
    return List.of(String.format(Locale.ROOT, "latent weights of all projections in units of Delta, %.0f to %.0f:",
        histogram.low(), histogram.high()), drawn.toString());
  }

  private static List<String> lines(MemoryPlan plan) {
    return List.of(
        String.format(Locale.ROOT, "%nmemory to train it, %d sequences of %d tokens a step, in MiB:", plan.batch(),
            plan.tokens()),
        String.format(Locale.ROOT, "  %-18s %10s %12s", "", "plain", "--recompute"),
        row("weights", plan.weights()), row("gradients", plan.gradients()), row("moments", plan.moments()),
        row("activations", plan.plain().activations(), plan.recomputed().activations()),
        row("backward pass", plan.plain().backward(), plan.recomputed().backward()),
        row("logits", plan.logits()), row("kernels", plan.kernels()), row("Java itself", plan.java()),
        row("peak resident", plan.peak(plan.plain()), plan.peak(plan.recomputed())),
        "  in stage 3 a teacher of these sizes comes on top, in F32 or BF16 (--teacher-weights):",
        row("its weights, F32", plan.teacher().f32Weights()), row("its weights, BF16", plan.teacher().bf16Weights()),
        row("its activations", plan.teacher().plainActivations(), plan.teacher().recomputedActivations()),
        row("its logits", plan.teacher().logits()),
        row("peak, F32", plan.plainDistillationPeak(plan.teacher().f32Weights()),
            plan.recomputedDistillationPeak(plan.teacher().f32Weights())),
        row("peak, BF16", plan.plainDistillationPeak(plan.teacher().bf16Weights()),
            plan.recomputedDistillationPeak(plan.teacher().bf16Weights())));
  }

  private static String row(String name, long bytes) {
    return row(name, bytes, bytes);
  }

  private static String row(String name, long plain, long recomputed) {
    return String.format(Locale.ROOT, "  %-18s %10.1f %12.1f", name, plain / MIB, recomputed / MIB);
  }
}
