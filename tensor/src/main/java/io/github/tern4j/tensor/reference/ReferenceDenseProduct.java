package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.Summation;

/** {@link DenseProductKernel} row by row. */
final class ReferenceDenseProduct implements DenseProductKernel {

  @Override
  public void product(DenseMatrix weight, Tensor x, Tensor out) {
    DenseProductKernel.checkProduct(weight, x, out);
    int outputs = weight.rows();
    for (int row = 0; row < x.dim(0); row++) {
      for (int output = 0; output < outputs; output++) {
        float sum = dot(weight, output, x.array(), x.arrayOffset() + row * weight.columns());
        out.array()[out.arrayOffset() + row * outputs + output] = weight.rowScale(output) * sum + 0;
      }
    }
  }

  private static float dot(DenseMatrix weight, int output, float[] x, int at) {
    float[] partial = new float[LANES];
    for (int i = 0; i < weight.columns(); i++) {
      int lane = i / weight.run() % LANES;
      partial[lane] = Math.fma(x[at + i], weight.term(output, i), partial[lane]);
    }
    return Summation.fold(partial, 0);
  }
}
