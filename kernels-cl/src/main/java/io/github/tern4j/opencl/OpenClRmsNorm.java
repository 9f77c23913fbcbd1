package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.Summation;

/** {@link RmsNormKernel} by {@code rmsnorm.cl}. */
final class OpenClRmsNorm implements RmsNormKernel {

  private final OpenClProgram program;
  private final OpenClMemory memory;

  OpenClRmsNorm(OpenClProgram program, OpenClMemory memory) {
    this.program = program;
    this.memory = memory;
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out, Tensor rstd) {
    RmsNormKernel.checkRmsNorm(x, weight, out, rstd);
    int rows = x.shape().rows();
    program.launch("rmsNorm").tensor(x).tensor(weight).number(eps).tensor(out).tensor(rstd)
        .ints(x.dim(-1)).ints(rows).overRows(rows);
  }

  @Override
  public void rmsNormBackward(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, boolean accumulateX,
      Tensor gradWeight, boolean accumulateWeight) {
    RmsNormKernel.checkRmsNormBackward(x, weight, rstd, gradOut, gradX, gradWeight);
    int rows = x.shape().rows();
    int n = x.dim(-1);
    program.launch("gradientOfX").tensor(x).tensor(weight).tensor(rstd).tensor(gradOut).tensor(gradX).flag(accumulateX)
        .ints(n).ints(rows).overRows(rows);
    int chunks = Math.ceilDiv(rows, Summation.ROWS_PER_CHUNK);
    long size = (long) chunks * n;
    OpenClStorage sums = memory.allocate(size);
    program.launch("gradientOfWeightInChunks").tensor(x).tensor(rstd).tensor(gradOut).buffer(sums).ints(n).ints(rows).longs(size)
        .overElements(size);
    program.launch("gradientOfWeight").buffer(sums).ints(chunks).tensor(gradWeight).flag(accumulateWeight).ints(n)
        .overElements(n);
    memory.release(sums);
  }
}
