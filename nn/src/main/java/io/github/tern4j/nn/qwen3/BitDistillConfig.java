package io.github.tern4j.nn.qwen3;

import io.github.tern4j.nn.file.JsonObject;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The object {@code bitdistill} in {@code config.json}: how the model differs from a plain Qwen3.
 *
 * <p>Keys: {@code subln} ("NONE", "PAPER", "ALL", or true for PAPER and false for NONE), {@code bitlinear}, {@code weight_eps},
 * {@code activation_eps}, {@code epsilon_rule} ("added" or "lower_bound"), {@code group_size}. A missing key has the value of
 * {@link #paper}, except that a model without {@code subln} or {@code bitlinear} has none.
 *
 * @param subLn placement of SubLN
 * @param bitLinear whether the projections are quantized
 * @param weightEps keeps the weight scale from zero
 * @param activationEps keeps the activation scale from zero
 * @param epsilonRule how the two do that
 * @param groupSize columns that share a weight scale, or 0 for one scale per tensor
 */
public record BitDistillConfig(
    SubLn subLn, boolean bitLinear, float weightEps, float activationEps, EpsilonRule epsilonRule, int groupSize) {

  /** Name of the object in {@code config.json}. */
  static final String KEY = "bitdistill";

  /** The eps of both quantizers in the paper (Wu et al. 2025, eq. 1 and 3) and in the author's code. */
  public static final float PAPER_EPS = 1e-5f;

  /** Checks the numbers. */
  public BitDistillConfig {
    if (!(weightEps > 0 && weightEps < 1 && activationEps > 0 && activationEps < 1) || groupSize < 0) {
      throw new IllegalArgumentException("bitdistill: weight_eps " + weightEps + ", activation_eps " + activationEps
          + ", group_size " + groupSize + "; expected an eps between 0 and 1 and no negative size");
    }
  }

  /** The paper's ternary projections, one scale per tensor and eps 1e-5 added; its SubLN is {@link SubLn#PAPER}. */
  public static BitDistillConfig paper(SubLn subLn) {
    return new BitDistillConfig(subLn, true, PAPER_EPS, PAPER_EPS, EpsilonRule.ADDED, 0);
  }

  static BitDistillConfig fromJson(JsonObject json) {
    return new BitDistillConfig(
        subLn(json),
        json.flag("bitlinear", false),
        (float) json.number("weight_eps", PAPER_EPS),
        (float) json.number("activation_eps", PAPER_EPS),
        epsilonRule(json),
        json.integer("group_size", 0));
  }

  private static SubLn subLn(JsonObject json) {
    JsonNode value = json.node().path("subln");
    if (!json.has("subln") || value.isBoolean()) {
      return json.flag("subln", false) ? SubLn.PAPER : SubLn.NONE;
    }
    for (SubLn placement : SubLn.values()) {
      if (value.isString() && value.stringValue().equals(placement.name())) {
        return placement;
      }
    }
    throw json.wrong("subln", "true, false, \"NONE\", \"PAPER\" or \"ALL\"");
  }

  private static EpsilonRule epsilonRule(JsonObject json) {
    if (!json.has("epsilon_rule")) {
      return EpsilonRule.ADDED;
    }
    for (EpsilonRule rule : EpsilonRule.values()) {
      if (json.text("epsilon_rule").equals(name(rule))) {
        return rule;
      }
    }
    throw json.wrong("epsilon_rule", "\"added\" or \"lower_bound\"");
  }

  private static String name(EpsilonRule rule) {
    return rule.name().toLowerCase(Locale.ROOT);
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance.objectNode()
        .put("subln", subLn.name())
        .put("bitlinear", bitLinear)
        .put("weight_eps", weightEps)
        .put("activation_eps", activationEps)
        .put("epsilon_rule", name(epsilonRule))
        .put("group_size", groupSize);
  }
}
