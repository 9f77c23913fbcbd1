/**
 * Tensors: {@link io.github.tern4j.tensor.Shape shapes}, {@link io.github.tern4j.tensor.Storage storage}, strided
 * {@link io.github.tern4j.tensor.Tensor views}, the {@link io.github.tern4j.tensor.Backend backends} that compute on them, and
 * what all of them share: a buffer pool, a worker pool and a counter-based random number generator.
 *
 * <p>What is computed or trained lies in {@code float[]}; what is mapped from a file or packed lies in native memory. A backend
 * is a table from kernel contract ({@code tensor.kernel}) to implementation: {@code tensor.reference} is the scalar
 * specification, {@code tensor.vector} overrides what is faster with the Vector API.
 */
package io.github.tern4j.tensor;
