/**
 * Reverse-mode automatic differentiation on an explicit tape.
 *
 * <p>A {@link io.github.tern4j.autograd.Tape} is opened for one forward pass. Ops ({@code autograd.op}) compute with kernels of
 * the tape's backend and, when the tape is recording, leave a node behind: what to do with the output's gradient. Walking the
 * nodes backwards adds gradients into each {@link io.github.tern4j.autograd.Variable}; those of
 * {@link io.github.tern4j.autograd.Parameter parameters} outlive the tape. Everything else belongs to the tape and returns to the
 * backend's pool as soon as it has been used.
 *
 * <p>Views (reshape, transpose, slice) and straight-through estimators are no nodes at all: they share the gradient buffer of
 * what they look at.
 */
package io.github.tern4j.autograd;
