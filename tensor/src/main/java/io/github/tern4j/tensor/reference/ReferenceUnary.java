package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import io.github.tern4j.tensor.kernel.UnaryKernel;

/** {@link UnaryKernel} element by element. */
final class ReferenceUnary implements UnaryKernel {

  @Override
  public void apply(UnaryFunction function, Tensor x, Tensor out) {
    UnaryKernel.checkApply(x, out);
    for (int i = 0; i < x.size(); i++) {
      out.array()[out.arrayOffset() + i] = function.value(x.array()[x.arrayOffset() + i]);
    }
  }

  @Override
  public void backward(UnaryFunction function, Tensor x, Tensor out, Tensor gradOut, Tensor gradX, boolean accumulate) {
    UnaryKernel.checkBackward(x, out, gradOut, gradX);
    float[] grads = gradX.array();
    for (int i = 0; i < x.size(); i++) {
      float derivative = function.derivative(x.array()[x.arrayOffset() + i], out.array()[out.arrayOffset() + i]);
      float grad = gradOut.array()[gradOut.arrayOffset() + i] * derivative;
      int at = gradX.arrayOffset() + i;
      grads[at] = accumulate ? grads[at] + grad : grad;
    }
  }
}
