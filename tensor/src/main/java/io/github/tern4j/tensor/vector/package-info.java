/**
 * Kernels with the Vector API. Each repeats the operations of its scalar reference in the same order, 4, 8 or 16 lanes at a time,
 * so that outputs are equal to the bit wherever the contract fixes them.
 *
 * <p>What the JIT needs shapes the code: vectors stay in registers only where species are static finals and everything that
 * touches them is inlined. So the inner loops are small static methods with one counted loop each, called from plain loops that
 * cut the work by the size of the problem; by the number of threads only where that changes no bit.
 */
package io.github.tern4j.tensor.vector;
