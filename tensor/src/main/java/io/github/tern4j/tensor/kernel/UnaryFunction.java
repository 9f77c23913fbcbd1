package io.github.tern4j.tensor.kernel;

/** Elementwise functions of one argument; the derivative is given in terms of x and y = f(x). */
public enum UnaryFunction {
  /** y = exp(x), y' = y. */
  EXP,
  /** y = ln(x), y' = 1 / x. */
  LOG,
  /** y = tanh(x), y' = 1 - y^2. */
  TANH,
  /** y = 1 / (1 + exp(-x)), y' = y (1 - y). */
  SIGMOID,
  /** y = max(x, 0), y' = 1 for x above 0, else 0. */
  RELU,
  /** y = sqrt(x), y' = 1 / (2 y). */
  SQRT,
  /** y = x sigmoid(x), y' = sigmoid(x) (1 + x (1 - sigmoid(x))). */
  SILU,
  /** y = x / 2 (1 + erf(x / sqrt 2)). */
  GELU_ERF,
  /** y = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
  GELU_TANH
}
