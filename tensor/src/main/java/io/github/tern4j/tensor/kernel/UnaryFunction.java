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
  /** y = max(x, 0), and NaN for NaN; y' = 1 for x above 0, else 0. */
  RELU,
  /** y = sqrt(x), y' = 1 / (2 y). */
  SQRT,
  /** y = x sigmoid(x), y' = sigmoid(x) (1 + x (1 - sigmoid(x))). */
  SILU,
  /** y = x Phi(x) with Phi(x) = (1 + erf(x / sqrt 2)) / 2, y' = Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi). */
  GELU_ERF,
  /** y = x / 2 (1 + t) with t = tanh(u), u = c (x + 0.044715 x^3), c = sqrt(2 / pi); y' = (1 + t + x (1 - t^2) u') / 2. */
  GELU_TANH;

  private static final double GELU_C = Math.sqrt(2 / Math.PI);
  /** Coefficient of the cubic term (Hendrycks and Gimpel 2016). */
  private static final double GELU_CUBIC = 0.044715;

  /** f(x). */
  public float value(float x) {
    return switch (this) {
      case EXP -> FloatMath.exp(x);
      case LOG -> (float) Math.log(x);
      case TANH -> FloatMath.tanh(x);
      case SIGMOID -> FloatMath.sigmoid(x);
      case RELU -> Math.max(x, 0);
      case SQRT -> (float) Math.sqrt(x);
      case SILU -> x * FloatMath.sigmoid(x);
      case GELU_ERF -> (float) (x * normalProbability(x));
      case GELU_TANH -> (float) (x / 2.0 * (1 + geluTanh(x)));
    };
  }

  /** f'(x), given y = f(x). */
  public float derivative(float x, float y) {
    return switch (this) {
      case EXP -> y;
      case LOG -> 1 / x;
      case TANH -> 1 - y * y;
      case SIGMOID -> y * (1 - y);
      case RELU -> x > 0 ? 1 : 0;
      case SQRT -> 1 / (2 * y);
      case SILU -> {
        float s = FloatMath.sigmoid(x);
        yield s * (1 + x * (1 - s));
      }
      case GELU_ERF -> (float) (normalProbability(x) + x * Math.exp(-(double) x * x / 2) / Math.sqrt(2 * Math.PI));
      case GELU_TANH -> {
        double t = geluTanh(x);
        yield (float) ((1 + t + x * (1 - t * t) * GELU_C * (1 + 3 * GELU_CUBIC * x * x)) / 2);
      }
    };
  }

  private static double normalProbability(double x) {
    return (1 + FloatMath.erf(x / Math.sqrt(2))) / 2;
  }

  private static double geluTanh(double x) {
    return Math.tanh(GELU_C * (x + GELU_CUBIC * x * x * x));
  }
}
