package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.LANES;
import static io.github.tern4j.tensor.kernel.Summation.ROWS_PER_CHUNK;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.Summation;

/** {@link RmsNormKernel} row by row, and column by column for the gradient of the weight. */
final class ReferenceRmsNorm implements RmsNormKernel {

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out, Tensor rstd) {
    RmsNormKernel.checkRmsNorm(x, weight, out, rstd);
    int n = x.dim(-1);
    for (int row = 0; row < x.shape().rows(); row++) {
      int from = x.arrayOffset() + row * n;
      int to = out.arrayOffset() + row * n;
      float squares = RowSums.dot(x.array(), from, x.array(), from, n);
      float r = (float) (1 / Math.sqrt((double) squares / n + eps));
      rstd.array()[rstd.arrayOffset() + row] = r;
      for (int i = 0; i < n; i++) {
        out.array()[to + i] = x.array()[from + i] * r * weight.array()[weight.arrayOffset() + i];
      }
    }
  }

  @Override
  public void rmsNormBackward(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, boolean accumulateX,
      Tensor gradWeight, boolean accumulateWeight) {
    RmsNormKernel.checkRmsNormBackward(x, weight, rstd, gradOut, gradX, gradWeight);
    gradientOfX(x, weight, rstd, gradOut, gradX, accumulateX);
    gradientOfWeight(x, rstd, gradOut, gradWeight, accumulateWeight);
  }

  private static void gradientOfX(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, boolean accumulate) {
    int n = x.dim(-1);
    float[] u = new float[n];
    for (int row = 0; row < x.shape().rows(); row++) {
      int atX = x.arrayOffset() + row * n;
      int atGradOut = gradOut.arrayOffset() + row * n;
      int atGradX = gradX.arrayOffset() + row * n;
      float[] partial = new float[LANES];
      for (int i = 0; i < n; i++) {
        u[i] = gradOut.array()[atGradOut + i] * weight.array()[weight.arrayOffset() + i];
        partial[i % LANES] = Math.fma(u[i], x.array()[atX + i], partial[i % LANES]);
      }
      float r = rstd.array()[rstd.arrayOffset() + row];
      float c = (float) ((double) r * r * Summation.fold(partial, 0) / n);
      for (int i = 0; i < n; i++) {
        float grad = r * (u[i] - x.array()[atX + i] * c);
        gradX.array()[atGradX + i] = accumulate ? gradX.array()[atGradX + i] + grad : grad;
      }
    }
  }

  private static void gradientOfWeight(Tensor x, Tensor rstd, Tensor gradOut, Tensor gradWeight, boolean accumulate) {
    int rows = x.shape().rows();
    int n = x.dim(-1);
    for (int i = 0; i < n; i++) {
      float total = 0;
      for (int chunk = 0; chunk < rows; chunk += ROWS_PER_CHUNK) {
        float sum = 0;
        for (int row = chunk; row < Math.min(rows, chunk + ROWS_PER_CHUNK); row++) {
          float normalized = x.array()[x.arrayOffset() + row * n + i] * rstd.array()[rstd.arrayOffset() + row];
          sum = Math.fma(gradOut.array()[gradOut.arrayOffset() + row * n + i], normalized, sum);
        }
        total += sum;
      }
      int at = gradWeight.arrayOffset() + i;
      gradWeight.array()[at] = accumulate ? gradWeight.array()[at] + total : total;
    }
  }
}
