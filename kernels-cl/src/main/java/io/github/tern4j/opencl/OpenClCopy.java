package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;

/** {@link CopyKernel} by {@code copy.cl}. */
final class OpenClCopy implements CopyKernel {

  private final OpenClProgram program;

  OpenClCopy(OpenClProgram program) {
    this.program = program;
  }

  @Override
  public void copy(Tensor x, float factor, Tensor out, boolean accumulate) {
    CopyKernel.checkCopy(x, out);
    boolean bits = factor == 1 && !accumulate;
    OpenClLaunch launch = program.launch(bits ? "copyBits" : "copyElements").tensor(x).tensor(out);
    if (!bits) {
      launch.number(factor).flag(accumulate);
    }
    launch.longs(out.size()).ints(Axes.count(out, 0)).ints(Axes.dims(out, 0))
        .longs(Axes.strides(x, 0)).longs(Axes.strides(out, 0)).overElements(out.size());
  }

  @Override
  public void fill(float value, Tensor out) {
    CopyKernel.checkFill(out);
    program.launch("fill").tensor(out).number(value).longs(out.size())
        .ints(Axes.count(out, 0)).ints(Axes.dims(out, 0)).longs(Axes.strides(out, 0)).overElements(out.size());
  }
}
