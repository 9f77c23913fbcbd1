/**
 * Text generation: a {@link io.github.tern4j.nn.generate.NextTokenModel model} says how likely each token is to come next, a
 * {@link io.github.tern4j.nn.generate.Sampler sampler} chooses one, and a
 * {@link io.github.tern4j.nn.generate.Generator generator} repeats both until something ends the text. Nothing here knows how
 * the model computes.
 */
package io.github.tern4j.nn.generate;
