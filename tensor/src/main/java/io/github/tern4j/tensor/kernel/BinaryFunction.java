package io.github.tern4j.tensor.kernel;

/** Elementwise functions of two arguments, one rounding each. */
public enum BinaryFunction {
  /** a + b. */
  ADD,
  /** a - b. */
  SUBTRACT,
  /** a b. */
  MULTIPLY,
  /** a / b. */
  DIVIDE
}
