package io.github.tern4j.tensor.kernel;

/** A kernel contract. Every contract has a scalar reference, which is its specification, and a contract test. */
public interface Kernel {}
