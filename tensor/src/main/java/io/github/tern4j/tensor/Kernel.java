package io.github.tern4j.tensor;

/**
 * A kernel contract; the contracts themselves lie in {@code tensor.kernel}. Every one has a scalar reference, which is its
 * specification, and a contract test.
 */
public interface Kernel {}
