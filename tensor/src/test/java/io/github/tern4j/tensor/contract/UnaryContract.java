package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import io.github.tern4j.tensor.kernel.UnaryKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link UnaryKernel} promises. */
public abstract class UnaryContract extends KernelContract<UnaryKernel> {

  /** Largest error of one function value on any backend: 5 ulp, what OpenCL allows tanh; an ulp is at most 2 u. */
  private static final double FUNCTION = 5 * 2 * U;

  private static final float[] SPECIAL = {0, -0f, 1, -1, 0.5f, 0.625f, -0.62500006f, 9, -17, 88.72f, 88.73f, -87.33f, -87.34f,
      104, -104,
      1e30f, -1e30f, Float.MIN_NORMAL, -Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY, Float.NaN};

  /** The suite. */
  protected UnaryContract() {
    super(UnaryKernel.class);
  }

  @EveryWidth
  void valuesAreWithinTheBoundOfTheExactFunction(int n) {
    for (UnaryFunction function : UnaryFunction.values()) {
      for (Layout layout : new Layout[] {Layout.CONTIGUOUS, Layout.OFFSET}) {
        checkValues(function, inDomain(function, tensors.scaled(4, n)), tensors.normal(layout, n));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void specialArgumentsGiveWhatTheFormulaGives(UnaryFunction function) {
    checkValues(function, Operand.of(SPECIAL, SPECIAL.length), tensors.normal(SPECIAL.length));
  }

  @ParameterizedTest
  @EnumSource
  void outputMayBeTheInput(UnaryFunction function) {
    Operand x = inDomain(function, tensors.normal(3, 37));
    Operand out = tensors.normal(3, 37);
    float[] apart = run((kernel, at) -> kernel.apply(function, at.of(x), at.of(out))).of(out);
    run((kernel, at) -> kernel.apply(function, at.of(x), at.of(x))).equalTo(x, apart);
  }

  @EveryWidth
  void gradientsAreWithinTheBoundOfTheExactDerivative(int n) {
    for (UnaryFunction function : UnaryFunction.values()) {
      for (boolean accumulate : new boolean[] {false, true}) {
        checkGradient(function, inDomain(function, tensors.scaled(3, n)), tensors.normal(Layout.OFFSET, n), accumulate);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientMayReplaceTheIncomingOne(UnaryFunction function) {
    Operand x = inDomain(function, tensors.normal(41));
    Operand y = tensors.normal(41);
    Operand gradOut = tensors.normal(41);
    Operand gradX = tensors.normal(41);
    float[] apart = run((kernel, at) -> {
      kernel.apply(function, at.of(x), at.of(y));
      kernel.backward(function, at.of(x), at.of(y), at.of(gradOut), at.of(gradX), false);
    }).of(gradX);
    run((kernel, at) -> {
      kernel.apply(function, at.of(x), at.of(y));
      kernel.backward(function, at.of(x), at.of(y), at.of(gradOut), at.of(gradOut), false);
    }).equalTo(gradOut, apart);
  }

  @Test
  void reluHasNoGradientAtZeroAndBelow() {
    Operand x = Operand.of(new float[] {-1, -0f, 0, Float.MIN_VALUE, 1}, 5);
    Operand gradOut = Operand.of(new float[] {2, 2, 2, 2, 2}, 5);
    Operand gradX = tensors.normal(5);
    run((kernel, at) -> kernel.backward(UnaryFunction.RELU, at.of(x), at.of(x), at.of(gradOut), at.of(gradX), false))
        .equalTo(gradX, 0, 0, 0, 2, 2);
  }

  @Test
  void emptyTensorsAreAccepted() {
    Operand x = tensors.normal(3, 0);
    Operand out = tensors.normal(3, 0);
    run((kernel, at) -> kernel.apply(UnaryFunction.EXP, at.of(x), at.of(out))).equalTo(out);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().apply(UnaryFunction.EXP, x, upload(new float[6], 3, 2)))
        .withMessage("unary: shapes differ: out [3, 2]; x F32 [2, 3], out F32 [3, 2]; expected the shape of x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().apply(UnaryFunction.EXP, upload(new float[8], 2, 4).slice(1, 0, 3), x))
        .withMessage("unary: x is a strided view; x F32 [2, 3] strides [4, 1], out F32 [2, 3]; expected contiguous tensors");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().backward(UnaryFunction.EXP, x, x, upload(new float[6], 2, 3), x, true))
        .withMessageStartingWith("unaryBackward: gradX overlaps x; ");
  }

  private void checkValues(UnaryFunction function, Operand x, Operand out) {
    Outcome outcome = run((kernel, at) -> kernel.apply(function, at.of(x), at.of(out)));
    float[] arguments = x.values();
    double[] exact = new double[arguments.length];
    double[] bound = new double[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      exact[i] = value(function, arguments[i]);
      bound[i] = FUNCTION * Math.abs(exact[i]) + TINY * (1 + Math.abs(arguments[i])) + switch (function) {
        // 1 + erf and 1 + tanh cancel for large negative arguments.
        case GELU_ERF, GELU_TANH -> (bitwise() ? 0x1p-50 : FUNCTION) * Math.abs(arguments[i]);
        default -> 0;
      };
    }
    outcome.within(out, exact, bound);
  }

  private void checkGradient(UnaryFunction function, Operand x, Operand gradX, boolean accumulate) {
    Operand y = tensors.normal(x.size());
    Operand gradOut = tensors.normal(Layout.OFFSET, x.size());
    Outcome outcome = run((kernel, at) -> {
      kernel.apply(function, at.of(x), at.of(y));
      kernel.backward(function, at.of(x), at.of(y), at.of(gradOut), at.of(gradX), accumulate);
    });
    float[] arguments = x.values();
    float[] incoming = gradOut.values();
    float[] old = gradX.values();
    double[] exact = new double[old.length];
    double[] bound = new double[old.length];
    for (int i = 0; i < old.length; i++) {
      double derivative = derivative(function, arguments[i]);
      double start = accumulate ? old[i] : 0;
      exact[i] = start + incoming[i] * derivative;
      bound[i] = Math.abs(incoming[i]) * derivativeBound(function, arguments[i]) + 2 * U * (Math.abs(start) + Math.abs(exact[i]));
    }
    outcome.within(gradX, exact, bound);
  }

  private static double value(UnaryFunction function, double x) {
    return switch (function) {
      case EXP -> StrictMath.exp(x);
      case LOG -> StrictMath.log(x);
      case TANH -> StrictMath.tanh(x);
      case SIGMOID -> sigmoid(x);
      case RELU -> Math.max(x, 0);
      case SQRT -> Math.sqrt(x);
      case SILU -> x * sigmoid(x);
      case GELU_ERF -> x * (1 + FloatMath.erf(x / Math.sqrt(2))) / 2;
      case GELU_TANH -> x * (1 + StrictMath.tanh(geluArgument(x))) / 2;
    };
  }

  private static double derivative(UnaryFunction function, double x) {
    double y = value(function, x);
    return switch (function) {
      case EXP -> y;
      case LOG -> 1 / x;
      case TANH -> 1 - y * y;
      case SIGMOID -> y * (1 - y);
      case RELU -> x > 0 ? 1 : 0;
      case SQRT -> 1 / (2 * y);
      case SILU -> sigmoid(x) * (1 + x * sigmoid(-x));
      case GELU_ERF -> (1 + FloatMath.erf(x / Math.sqrt(2))) / 2 + x * StrictMath.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
      case GELU_TANH -> {
        double t = StrictMath.tanh(geluArgument(x));
        yield (1 + t) / 2 + x / 2 * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
      }
    };
  }

  /** Errors of y and of each operation of the formula in terms of x and y, carried through to first order. */
  private static double derivativeBound(UnaryFunction function, double x) {
    return switch (function) {
      case EXP, LOG, SQRT, RELU -> (FUNCTION + 2 * U) * Math.abs(derivative(function, x)) + TINY;
      case TANH -> 2 * FUNCTION + 2 * U;
      case SIGMOID -> 2 * (FUNCTION + 2 * U) * sigmoid(x) + TINY;
      case SILU -> 2 * (FUNCTION + 2 * U) * (1 + Math.abs(x)) * sigmoid(x) + TINY;
      case GELU_ERF, GELU_TANH -> 2 * (FUNCTION + 2 * U) * (1 + Math.abs(x));
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  private static double geluArgument(double x) {
    return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }

  private static Operand inDomain(UnaryFunction function, Operand x) {
    if (function == UnaryFunction.LOG || function == UnaryFunction.SQRT) {
      float[] values = x.buffer().array();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.abs(values[i]) + 0.01f;
      }
    }
    return x;
  }
}
