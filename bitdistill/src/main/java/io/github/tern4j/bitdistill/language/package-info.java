/**
 * A small artificial language, the embedded task of {@code bitdistill quickstart}: an invented world of words and their
 * relations, a corpus that teaches these relations, and scarce labelled sentence pairs.
 *
 * <p>A pair is a premise of two clauses and a hypothesis of one; the label is entailment, contradiction or neutral. Two things
 * are needed to decide: which clause of the premise the hypothesis speaks of (who did what to whom, which adjective belongs to
 * which noun), and how the two words relate (synonyms, opposites, member of a kind). The words in the premises of dev and test
 * occur in no labelled training pair; only the corpus teaches what they mean. A model that keeps the meaning of words from
 * pre-training therefore beats one that lost it, which is what BitNet distillation is about.
 */
package io.github.tern4j.bitdistill.language;
