package io.github.tern4j.bitdistill.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Results of a run that never happened, of the size and kind of a real one. */
final class SampleResults {

  private static final int STEPS = 1_500;

  private SampleResults() {}

  static Results full() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    List<Results.Row> rows = List.of(
        new Results.Row("FP16-SFT", 0.9312, 0.9195, 0.9413, 5_308_416, 7_077_888, 1_841, "BF16", Map.of()),
        new Results.Row("BitNet-SFT", 0.7968, 0.7787, 0.8138, 663_552, 2_433_024, 4_312, "packed ternary", Map.of()),
        new Results.Row("BitDistill", 0.9244, 0.9121, 0.9351, 663_552, 2_433_024, 4_298, "packed ternary", Map.of()));
    List<Results.Difference> differences = List.of(
        new Results.Difference("BitDistill", "FP16-SFT", -0.0068, -0.0141, 0.0005),
        new Results.Difference("BitDistill", "BitNet-SFT", 0.1276, 0.1102, 0.1451));
    List<Curve> curves = new ArrayList<>();
    curves.add(curve(random, "Teacher: FP16-SFT", Curve.Quantity.LOSS, "CE", 0.7, 0.2));
    curves.add(curve(random, "BitNet-SFT", Curve.Quantity.LOSS, "CE", 0.9, 0.45));
    curves.add(curve(random, "Stage 2: continual pre-training", Curve.Quantity.LOSS, "CE", 5.2, 3.1));
    curves.add(curve(random, "Stage 3: distillation", Curve.Quantity.LOSS, "CE", 0.8, 0.22));
    curves.add(curve(random, "Stage 3: distillation", Curve.Quantity.LOSS, "LD", 0.09, 0.004));
    curves.add(curve(random, "Stage 3: distillation", Curve.Quantity.LOSS, "AD", 0.02, 0.006));
    curves.add(curve(random, "Stage 3: distillation", Curve.Quantity.GRADIENT_RATIO, "LD / CE", 0.6, 1.4));
    curves.add(curve(random, "Stage 3: distillation", Curve.Quantity.GRADIENT_RATIO, "AD / CE", 2.5, 0.9));
    List<WeightHistogram> histograms = new ArrayList<>();
    for (String tensor : List.of("model.layers.0.self_attn.q_proj.weight", "model.layers.5.mlp.down_proj.weight")) {
      histograms.add(WeightHistogram.of(tensor, "before stage 2", weights(random, false), 0.016));
      histograms.add(WeightHistogram.of(tensor, "after stage 2", weights(random, true), 0.016));
    }
    Map<String, Object> stage3 = new LinkedHashMap<>();
    stage3.put("tau", 5);
    stage3.put("lambda", 10);
    stage3.put("gamma", 60.0);
    stage3.put("layers", List.of(4));
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("model", Map.of("hiddenSize", 192));
    settings.put("stage3", stage3);
    settings.put("learningRate", 1e-3);
    return new Results(
        "pairs", 1, "0123456789ab", rows, differences, curves, histograms,
        Optional.of(new Machine("Example CPU", 2, 512, 25_000_000_000L, "Linux 6.1", "25.0.1 (Example)")),
        settings,
        List.of("One seed: another seed may move each row by a point.",
            "Speed is decoding of one sequence with 2 threads; shared machines vary by 25 %."));
  }

  private static Curve curve(
      RandomGenerator random, String stage, Curve.Quantity quantity, String series, double from, double to) {
    long[] steps = new long[STEPS];
    double[] values = new double[STEPS];
    for (int i = 0; i < STEPS; i++) {
      steps[i] = i + 1;
      values[i] = (to + (from - to) * Math.exp(-4.0 * i / STEPS)) * Math.exp(0.15 * random.nextGaussian());
    }
    return Curve.thinned(stage, quantity, series, steps, values);
  }

  private static float[] weights(RandomGenerator random, boolean atBorders) {
    float[] weights = new float[50_000];
    for (int i = 0; i < weights.length; i++) {
      double border = random.nextBoolean() ? 0.5 : -0.5;
      boolean drawn = atBorders && random.nextDouble() < 0.35;
      weights[i] = (float) (0.016 * (drawn ? border + 0.12 * random.nextGaussian() : 1.25 * random.nextGaussian()));
    }
    return weights;
  }
}
