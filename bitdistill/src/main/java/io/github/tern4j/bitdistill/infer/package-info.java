/**
 * Inference over stored weights, apart from the training code: no tape, weights in the form in which they are multiplied (packed
 * ternary, F32, BF16 or F16, tables also in int8), a cache of keys and values, and working memory that is reused from token to token.
 *
 * <p>An {@link io.github.tern4j.bitdistill.infer.InferenceModel} multiplies ternary weights in the same integers as the training
 * forward pass; attention over the cache and the head sum in another order, so that logits agree within float error. Texts are
 * continued in an {@link io.github.tern4j.bitdistill.infer.DecodeSession}; rows of an evaluation are scored in batches without a
 * cache.
 */
package io.github.tern4j.bitdistill.infer;
