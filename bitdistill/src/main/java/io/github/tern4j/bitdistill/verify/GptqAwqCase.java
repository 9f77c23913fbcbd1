package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.bitdistill.quantize.Awq;
import io.github.tern4j.bitdistill.quantize.Gptq;
import io.github.tern4j.bitdistill.quantize.Grid;
import io.github.tern4j.bitdistill.quantize.QuantizedWeight;
import io.github.tern4j.bitdistill.quantize.RoundToNearest;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import tools.jackson.databind.JsonNode;

/** Post-training quantization of one small layer (golden README, section 8); on the host in double, whatever the backend. */
final class GptqAwqCase implements GoldenCase {

  private static final String FILE = "gptq_awq.safetensors";

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    Tensor weight = golden.floats(FILE, "w");
    Tensor inputs = golden.floats(FILE, "x");
    try (Workers workers = new Workers(1)) {
      findings.floats(FILE, "gptq.damped_hessian", Gptq.dampedHessian(inputs, workers).toFloats());
      findings.floats(FILE, "awq.act_mean_abs", Awq.meanMagnitudes(inputs).toFloats());
      JsonNode variants = golden.manifest().path("variants");
      for (String tag : variants.propertyNames()) {
        variant(tag, variants.path(tag), weight, inputs, workers, findings);
      }
      Grid perRow = new Grid.Int4Symmetric(Grid.WHOLE_ROW);
      QuantizedWeight dead = Gptq.quantize(weight, golden.floats(FILE, "dead.x"), perRow, workers).weight();
      weight("dead.gptq", dead, findings);
    }
  }

  private static void variant(String tag, JsonNode variant, Tensor weight, Tensor inputs, Workers workers, Findings findings) {
    Grid grid = grid(variant.path("kind").asString(), variant.path("group_size").asInt(Grid.WHOLE_ROW));
    QuantizedWeight rounded = RoundToNearest.quantize(weight, inputs, grid, workers);
    findings.floats(FILE, tag + ".grid.scale", rounded.scales().toFloats());
    findings.integers(FILE, tag + ".grid.zero", longs(rounded.zeros()));
    weight(tag + ".rtn", rounded, findings);
    findings.scalar(tag + ".rtn.output_mse", rounded.outputMse());

    Gptq.Result gptq = Gptq.quantize(weight, inputs, grid, workers);
    weight(tag + ".gptq", gptq.weight(), findings);
    findings.floats(FILE, tag + ".gptq.compensated", gptq.compensated().toFloats());
    findings.scalar(tag + ".gptq.output_mse", gptq.weight().outputMse());

    Awq.Result awq = Awq.quantize(weight, inputs, grid, workers);
    weight(tag + ".awq", awq.weight(), findings);
    findings.floats(FILE, tag + ".awq.scales", awq.channelScales().toFloats());
    findings.scalar(tag + ".awq.output_mse", awq.weight().outputMse());
    findings.scalar(tag + ".awq.best_ratio", awq.bestRatio());
    for (int i = 0; i < awq.losses().length; i++) {
      findings.stated(tag + ".awq_losses[" + i + "]", awq.losses()[i], variant.path("awq_losses").path(i).asDouble());
    }
  }

  private static void weight(String prefix, QuantizedWeight weight, Findings findings) {
    long[] codes = new long[weight.codes().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = weight.codes()[i];
    }
    findings.integers(FILE, prefix + ".codes", codes);
    findings.floats(FILE, prefix + ".dequant", weight.dequantized().toFloats());
  }

  private static Grid grid(String kind, int groupSize) {
    return switch (kind) {
      case "ternary_tensor" -> new Grid.TernaryPerTensor();
      case "ternary_group" -> new Grid.TernaryPerGroup(groupSize);
      case "int4_sym" -> new Grid.Int4Symmetric(groupSize);
      case "int4_asym" -> new Grid.Int4Asymmetric(groupSize);
      default -> throw new BadInputException("golden case gptq_awq: kind '" + kind + "' is unknown; expected one of the README");
    };
  }

  private static long[] longs(int[] ints) {
    long[] longs = new long[ints.length];
    for (int i = 0; i < ints.length; i++) {
      longs[i] = ints[i];
    }
    return longs;
  }
}
