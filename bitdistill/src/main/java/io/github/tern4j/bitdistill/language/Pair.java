package io.github.tern4j.bitdistill.language;

/**
 * A labelled sentence pair.
 *
 * @param premise two clauses, "the blim is vondy and the dorp is hulky ."
 * @param hypothesis one clause, "the blim is trumpy ."
 * @param label {@code entailment}, {@code contradiction} or {@code neutral}
 */
public record Pair(String premise, String hypothesis, String label) {}
