/**
 * Text and token ids on their way into training.
 *
 * <p>A {@link io.github.tern4j.nn.data.DocumentSource} hands out documents, for example a
 * {@link io.github.tern4j.nn.data.Corpus} of text files; {@link io.github.tern4j.nn.data.TokenShardWriter} encodes them once into
 * a {@link io.github.tern4j.nn.data.TokenShard}, a file of ids that is mapped into memory; and
 * {@link io.github.tern4j.nn.data.PackedBatches} cuts windows of equal length out of it. Labelled examples of different lengths
 * are grouped by {@link io.github.tern4j.nn.data.PaddedBatches}. Both kinds of batches are functions of the random stream and
 * the step, so that a resumed run sees exactly what the interrupted one would have seen.
 */
package io.github.tern4j.nn.data;
