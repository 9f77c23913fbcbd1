/**
 * The scalar specification: one class for each contract of {@link io.github.tern4j.tensor.kernel}, in plain loops and exactly the
 * documented order of operations. Faster backends are compared with these to the bit where the contract promises it. A kernel
 * checks its operands first, with the checks that stand beside the contract, so that every backend refuses the same calls in the
 * same words.
 */
package io.github.tern4j.tensor.reference;
