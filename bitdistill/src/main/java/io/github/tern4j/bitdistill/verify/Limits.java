package io.github.tern4j.bitdistill.verify;

/**
 * How far a float tensor may be from the expected one: within {@code atol} in every element, or within {@code relativeL2} of the
 * expected tensor's Euclidean norm as a whole.
 */
record Limits(double atol, double relativeL2) {}
