package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.nn.generate.Sampling;
import picocli.CommandLine.Option;

/** How the next token is chosen; filters apply in the order of Hugging Face. */
final class SamplingOptions {

  @Option(names = "--temperature", paramLabel = "T", defaultValue = "0", description = "0 takes the most likely token (default).")
  private double temperature;

  @Option(names = "--top-k", paramLabel = "K", defaultValue = "0",
      description = "Only the K most likely tokens; 0 for all (default).")
  private int topK;

  @Option(names = "--top-p", paramLabel = "P", defaultValue = "1",
      description = "Only the most likely tokens that have probability P together; 1 for all (default).")
  private double topP;

  @Option(names = "--min-p", paramLabel = "P", defaultValue = "0",
      description = "Only tokens with at least the share P of the largest probability; 0 for all (default).")
  private double minP;

  @Option(names = "--repetition-penalty", paramLabel = "R", defaultValue = "1",
      description = "Above 1, tokens that were there become less likely; 1 for none (default).")
  private double repetitionPenalty;

  /** The settings, checked. */
  Sampling sampling() {
    return new Sampling(temperature, topK, topP, minP, repetitionPenalty);
  }
}
