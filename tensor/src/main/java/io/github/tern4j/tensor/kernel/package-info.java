/**
 * Kernel contracts: what every backend computes, with shapes, aliasing, summation order and the exactness promised.
 *
 * <p>Common to all: tensors are F32 unless stated; the last dimension is contiguous in memory, other strides are free where the
 * contract says "strided" and otherwise all operands are contiguous; outputs may not overlap inputs unless stated. A parameter
 * {@code accumulate} chooses between overwriting the output and adding to it, so that the first gradient that reaches a buffer
 * needs no zeroing and the others no temporary.
 *
 * <p>Arithmetic is float. Expressions are evaluated as they are written, from left to right within a product or sum, and every
 * operation rounds on its own: nothing is fused unless the contract says fma, and no quotient becomes a product with a
 * reciprocal. {@code accumulate} adds the finished value to the old one. {@code exp} is
 * {@link io.github.tern4j.tensor.kernel.FloatMath#exp}, {@code ln} and {@code sqrt} are the JDK's in double, rounded to float.
 *
 * <p>Sums along a row use {@value io.github.tern4j.tensor.kernel.Summation#LANES} partial sums whatever the vector width (see
 * {@link io.github.tern4j.tensor.kernel.Summation}); with that, the scalar reference and vectors of 128, 256 and 512 bits agree
 * to the bit. Where two operands are NaN, which of their payloads survives is not specified.
 */
package io.github.tern4j.tensor.kernel;
