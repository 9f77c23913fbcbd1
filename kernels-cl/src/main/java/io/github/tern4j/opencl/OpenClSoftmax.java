package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;

/** {@link SoftmaxKernel} by {@code softmax.cl}. */
final class OpenClSoftmax implements SoftmaxKernel {

  private final OpenClProgram program;

  OpenClSoftmax(OpenClProgram program) {
    this.program = program;
  }

  @Override
  public void softmax(Tensor x, Tensor out) {
    forward("softmax", x, out);
  }

  @Override
  public void logSoftmax(Tensor x, Tensor out) {
    forward("logSoftmax", x, out);
  }

  private void forward(String kernel, Tensor x, Tensor out) {
    SoftmaxKernel.checkSoftmax(x, out);
    int rows = x.shape().rows();
    program.launch(kernel).tensor(x).tensor(out).ints(x.dim(-1)).ints(rows).overRows(rows);
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    backward("softmaxBackward", y, gradOut, gradX, accumulate);
  }

  @Override
  public void logSoftmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    backward("logSoftmaxBackward", y, gradOut, gradX, accumulate);
  }

  private void backward(String kernel, Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate) {
    SoftmaxKernel.checkSoftmaxBackward(y, gradOut, gradX);
    int rows = y.shape().rows();
    program.launch(kernel).tensor(y).tensor(gradOut).tensor(gradX).flag(accumulate).ints(y.dim(-1)).ints(rows).overRows(rows);
  }
}
