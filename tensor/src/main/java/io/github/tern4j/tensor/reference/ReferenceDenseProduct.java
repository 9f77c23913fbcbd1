package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.IntegerMatrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.Summation;

/** {@link DenseProductKernel} row by row. */
final class ReferenceDenseProduct implements DenseProductKernel {

  @Override
  public void product(DenseMatrix weight, Tensor x, Tensor out) {
    DenseProductKernel.checkProduct(weight, x, out);
    for (int row = 0; row < x.dim(0); row++) {
      int xAt = x.arrayOffset() + row * weight.columns();
      int outAt = out.arrayOffset() + row * weight.rows();
      switch (weight) {
        case FloatMatrix floats -> multiply(floats, x.array(), xAt, out.array(), outAt);
        case IntegerMatrix integers -> multiply(integers, x.array(), xAt, out.array(), outAt);
      }
    }
  }

  private static void multiply(FloatMatrix weight, float[] x, int at, float[] out, int outAt) {
    for (int output = 0; output < weight.rows(); output++) {
      float[] partial = new float[LANES];
      for (int i = 0; i < weight.columns(); i++) {
        int lane = i / weight.run() % LANES;
        partial[lane] = Math.fma(x[at + i], weight.value(output, i), partial[lane]);
      }
      out[outAt + output] = Summation.fold(partial, 0) + 0;
    }
  }

  private static void multiply(IntegerMatrix weight, float[] x, int at, float[] out, int outAt) {
    short[] codes = new short[weight.columns()];
    float[] scales = new float[weight.groups()];
    weight.roundActivations(x, at, codes, scales, 0);
    for (int output = 0; output < weight.rows(); output++) {
      int[] sums = new int[weight.groups()];
      for (int i = 0; i < codes.length; i++) {
        sums[weight.group(i)] += weight.code(output, i) * codes[i];
      }
      float[] partial = new float[LANES];
      for (int group = 0; group < sums.length; group++) {
        float scale = weight.groupScale(output, group) * scales[group];
        partial[group % LANES] = Math.fma((float) sums[group], scale, partial[group % LANES]);
      }
      out[outAt + output] = weight.rowScale(output) * Summation.fold(partial, 0) + 0;
    }
  }
}
