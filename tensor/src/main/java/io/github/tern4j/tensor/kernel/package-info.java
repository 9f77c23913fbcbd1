/**
 * Kernel contracts: what every backend computes, with shapes, aliasing, summation order and the exactness promised.
 *
 * <p>Common to all: tensors are F32 unless stated; the last dimension is contiguous in memory, other strides are free where the
 * contract says "strided" and otherwise all operands are contiguous; outputs may not overlap inputs unless stated. A parameter
 * {@code accumulate} chooses between overwriting the output and adding to it, so that the first gradient that reaches a buffer
 * needs no zeroing and the others no temporary.
 *
 * <p>Sums along a row use {@value io.github.tern4j.tensor.kernel.Summation#LANES} partial sums whatever the vector width (see
 * {@link io.github.tern4j.tensor.kernel.Summation}); with that, the scalar reference and vectors of 128, 256 and 512 bits agree
 * to the bit.
 */
package io.github.tern4j.tensor.kernel;
