/**
 * Inference kernels without the Vector API, for the first tokens of a process. Vector code is slow until the JIT has compiled it:
 * it runs boxed, a hundred times slower, for seconds. These loops over arrays are compiled within milliseconds, so that a model
 * answers soon, with the same bits.
 */
package io.github.tern4j.tensor.scalar;
