package io.github.tern4j.nn.generate;

import io.github.tern4j.tensor.BadInputException;

/**
 * How the next token is chosen; see {@link Sampler} for what each number does.
 *
 * @param temperature divides the logits; 0 chooses the most likely token
 * @param topK how many of the most likely tokens may be chosen, or 0 for all
 * @param topP the most likely tokens that together have this probability may be chosen; 1 for all
 * @param minP tokens with at least this share of the largest probability may be chosen; 0 for all
 * @param repetitionPenalty makes tokens less likely that are in the text already; 1 for none
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repetitionPenalty) {

  /** The most likely token, always: how the paper decodes. */
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1);

  /** Checks the ranges. */
  public Sampling {
    require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "a number from 0");
    require(topK >= 0, "top-k", topK, "a number from 0 (0 keeps all)");
    require(topP > 0 && topP <= 1, "top-p", topP, "above 0, at most 1");
    require(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
    require(repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY, "repetition penalty", repetitionPenalty,
        "a number above 0");
  }

  private static void require(boolean condition, String name, Number value, String expected) {
    if (!condition) {
      throw new BadInputException("sampling: " + name + " " + value + "; expected " + expected);
    }
  }
}
