package io.github.tern4j.bitdistill.study;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.bitdistill.metric.PairedComparison;
import io.github.tern4j.bitdistill.metric.Proportion;
import io.github.tern4j.bitdistill.metric.RightAnswers;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.report.Curve;
import io.github.tern4j.bitdistill.report.Results;
import io.github.tern4j.bitdistill.report.WeightHistogram;
import io.github.tern4j.bitdistill.stage.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Turns the models of a study into the parts of its results. */
final class StudyResults {

  static final String FULL_PRECISION = "FP16-SFT";
  static final String BASELINE = "BitNet-SFT";
  static final String DISTILLED = "BitDistill";

  private static final String WEIGHTS = "all projections";

  private StudyResults() {}

  /** A row of the comparison. */
  static Results.Row row(String method, Map<String, int[]> predictions, int[] labels, PackedComparison.Size size,
      String inference) {
    Proportion accuracy = Proportion.accuracy(predictions.get(method), labels);
    return new Results.Row(method, accuracy.value(), accuracy.low(), accuracy.high(), size.blockWeightBytes(), size.fileBytes(),
        size.tokensPerSecond(), inference, Map.of());
  }

  /** Differences between all pairs of methods, on the same rows. */
  static List<Results.Difference> differences(Map<String, int[]> predictions, int[] labels) {
    List<Results.Difference> differences = new ArrayList<>();
    List<String> methods = List.copyOf(predictions.keySet());
    for (int first = 0; first < methods.size(); first++) {
      for (int second = 0; second < first; second++) {
        PairedComparison comparison = PairedComparison.of(RightAnswers.of(predictions.get(methods.get(first)), labels),
            RightAnswers.of(predictions.get(methods.get(second)), labels));
        differences.add(new Results.Difference(methods.get(first), methods.get(second), comparison.difference(), comparison.low(),
            comparison.high()));
      }
    }
    return differences;
  }

  /** Curves of all stages. */
  static List<Curve> curves(Study.Models models) {
    Map<String, History> stages = new LinkedHashMap<>();
    stages.put("base model", models.base().history());
    stages.put("teacher (FP16-SFT)", models.teacher().history());
    stages.put("baseline (BitNet-SFT)", models.bitnetSft().history());
    stages.put("stage 2: continual pre-training", models.continued().history());
    stages.put("stage 3: distillation", models.student().history());
    List<Curve> curves = new ArrayList<>();
    stages.forEach((stage, history) -> {
      add(curves, stage, Curve.Quantity.LOSS, "CE", history, "ce");
      add(curves, stage, Curve.Quantity.LOSS, "LD", history, "ld");
      add(curves, stage, Curve.Quantity.LOSS, "AD", history, "ad");
      add(curves, stage, Curve.Quantity.GRADIENT_RATIO, "lambda LD / CE", history, "ratio_ld_ce");
      add(curves, stage, Curve.Quantity.GRADIENT_RATIO, "gamma AD / CE", history, "ratio_ad_ce");
    });
    return curves;
  }

  private static void add(List<Curve> curves, String stage, Curve.Quantity quantity, String series, History history,
      String name) {
    List<History.Point> points = history.curves().getOrDefault(name, List.of());
    if (!points.isEmpty()) {
      curves.add(Curve.thinned(stage, quantity, series, points.stream().mapToLong(History.Point::step).toArray(),
          points.stream().mapToDouble(History.Point::value).toArray()));
    }
  }

  /** All projections' latent weights in units of their tensor's Delta. */
  static WeightHistogram histogram(String moment, TrainableModel model) {
    float[] all = new float[0];
    for (Parameter parameter : model.network().parameters().all()) {
      if (parameter.name().endsWith("_proj.weight")) {
        float[] weights = model.backend().download(parameter.value());
        double delta = IntStream.range(0, weights.length).mapToDouble(i -> Math.abs(weights[i])).average().orElse(0);
        int start = all.length;
        all = Arrays.copyOf(all, start + weights.length);
        for (int i = 0; i < weights.length; i++) {
          all[start + i] = (float) (weights[i] / delta);
        }
      }
    }
    return WeightHistogram.of(WEIGHTS, moment, all, 1);
  }
}
