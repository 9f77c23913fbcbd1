/**
 * Differentiable ops: one class each, with its equation, forward pass, derivative and what it saves on one screen.
 *
 * <p>Every op is a static method that takes the {@link io.github.tern4j.autograd.Tape} first and computes with a kernel of that
 * tape's backend; the kernel's contract in {@code tensor.kernel} has the numerical detail.
 */
package io.github.tern4j.autograd.op;
