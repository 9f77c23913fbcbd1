package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import io.github.tern4j.tensor.kernel.UnaryKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link UnaryKernel}, parallel over elements. Functions in float have a vector loop each; those in double (the logarithm and
 * both GELUs) call the same scalar functions as the reference.
 */
final class VectorUnary implements UnaryKernel {

  private final Workers workers;

  VectorUnary(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void apply(UnaryFunction function, Tensor x, Tensor out) {
    UnaryKernel.checkApply(x, out);
    Ranges.elements(workers, x.shape().intSize(), (from, to) ->
        apply(function, x.array(), x.arrayOffset() + from, to - from, out.array(), out.arrayOffset() + from));
  }

  private static void apply(UnaryFunction function, float[] x, int at, int n, float[] out, int outAt) {
    switch (function) {
      case EXP -> exp(x, at, n, out, outAt);
      case TANH -> tanh(x, at, n, out, outAt);
      case SIGMOID -> sigmoid(x, at, n, out, outAt);
      case RELU -> relu(x, at, n, out, outAt);
      case SQRT -> sqrt(x, at, n, out, outAt);
      case SILU -> silu(x, at, n, out, outAt);
      case LOG, GELU_ERF, GELU_TANH -> {
        for (int i = 0; i < n; i++) {
          out[outAt + i] = function.value(x[at + i]);
        }
      }
    }
  }

  private static void exp(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorMath.exp(Lanes.load(x, at + i)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = UnaryFunction.EXP.value(x[at + i]);
    }
  }

  private static void tanh(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorMath.tanh(Lanes.load(x, at + i)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = UnaryFunction.TANH.value(x[at + i]);
    }
  }

  private static void sigmoid(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorMath.sigmoid(Lanes.load(x, at + i)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = UnaryFunction.SIGMOID.value(x[at + i]);
    }
  }

  private static void relu(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.load(x, at + i).max(0).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = UnaryFunction.RELU.value(x[at + i]);
    }
  }

  private static void sqrt(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      Lanes.load(x, at + i).lanewise(VectorOperators.SQRT).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = UnaryFunction.SQRT.value(x[at + i]);
    }
  }

  private static void silu(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector z = Lanes.load(x, at + i);
      z.mul(VectorMath.sigmoid(z)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = UnaryFunction.SILU.value(x[at + i]);
    }
  }

  @Override
  public void backward(UnaryFunction function, Tensor x, Tensor out, Tensor gradOut, Tensor gradX, boolean accumulate) {
    UnaryKernel.checkBackward(x, out, gradOut, gradX);
    Ranges.elements(workers, x.shape().intSize(), (from, to) -> {
      if (function == UnaryFunction.SILU) {
        siluBackward(x.array(), x.arrayOffset() + from, gradOut.array(), gradOut.arrayOffset() + from, to - from,
            gradX.array(), gradX.arrayOffset() + from, accumulate);
      } else {
        backward(function, x.array(), x.arrayOffset() + from, out.array(), out.arrayOffset() + from,
            gradOut.array(), gradOut.arrayOffset() + from, to - from, gradX.array(), gradX.arrayOffset() + from, accumulate);
      }
    });
  }

  private static void siluBackward(
      float[] x, int at, float[] gradOut, int gradOutAt, int n, float[] gradX, int gradXAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector z = Lanes.load(x, at + i);
      FloatVector g = Lanes.load(gradOut, gradOutAt + i);
      FloatVector s = VectorMath.sigmoid(z);
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector slope = s.mul(z.mul(one.sub(s)).add(one));
      FloatVector grad = g.mul(slope);
      if (add) {
        grad.add(FloatVector.fromArray(FLOATS, gradX, gradXAt + i)).intoArray(gradX, gradXAt + i);
      } else {
        grad.intoArray(gradX, gradXAt + i);
      }
    }
    for (; i < n; i++) {
      Lanes.store(gradOut[gradOutAt + i] * UnaryFunction.SILU.derivative(x[at + i], 0), gradX, gradXAt + i, add);
    }
  }

  /** The derivatives that need no exponential are cheap enough in scalar code. */
  private static void backward(UnaryFunction function, float[] x, int at, float[] y, int yAt, float[] gradOut, int gradOutAt, int n,
      float[] gradX, int gradXAt, boolean add) {
    for (int i = 0; i < n; i++) {
      float grad = gradOut[gradOutAt + i] * function.derivative(x[at + i], y[yAt + i]);
      gradX[gradXAt + i] = add ? gradX[gradXAt + i] + grad : grad;
    }
  }
}
