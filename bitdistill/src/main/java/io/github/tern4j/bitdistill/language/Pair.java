package io.github.tern4j.bitdistill.language;

/**
 * A labelled sentence pair.
 *
 * @param premise two clauses, "the blim is dalky and the dorp is hulpy ."
 * @param hypothesis one clause without a full stop, "the blim is vondy"
 * @param label {@code entailment}, {@code contradiction} or {@code neutral}
 */
public record Pair(String premise, String hypothesis, String label) {}
