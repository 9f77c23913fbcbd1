/**
 * Measures of quality with their uncertainty: a number without an interval says little about two methods on a few hundred rows.
 *
 * <p>Accuracy has closed forms: {@link io.github.tern4j.bitdistill.metric.Proportion} for one method,
 * {@link io.github.tern4j.bitdistill.metric.PairedComparison} for two. All other scores are a
 * {@link io.github.tern4j.bitdistill.metric.CorpusScore}, made by {@link io.github.tern4j.bitdistill.metric.ClassScores},
 * {@link io.github.tern4j.bitdistill.metric.Perplexity}, {@link io.github.tern4j.bitdistill.metric.Bleu} or
 * {@link io.github.tern4j.bitdistill.metric.Rouge}; {@link io.github.tern4j.bitdistill.metric.Bootstrap} gives each of them an
 * interval and compares two methods on the same rows.
 */
package io.github.tern4j.bitdistill.metric;
