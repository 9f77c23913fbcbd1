package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Tensor;

/**
 * Where an op's backward pass puts the gradient of one input.
 *
 * @param tensor the buffer, strided when the input is a view
 * @param accumulate whether to add to it; otherwise its content is unspecified and has to be overwritten
 */
public record GradientTarget(Tensor tensor, boolean accumulate) {}
