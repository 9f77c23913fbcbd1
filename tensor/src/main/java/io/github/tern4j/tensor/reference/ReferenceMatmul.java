package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.Positions;

/** {@link MatmulKernel} as three loops. */
final class ReferenceMatmul implements MatmulKernel {

  @Override
  public void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    MatmulKernel.checkMatmul(a, transposeA, b, transposeB, out);
    // A transposed operand is read with its last two strides exchanged.
    Tensor left = sharedByBatch(transposeA ? a.transpose(-1, -2) : a, out);
    Tensor values = widened(b);
    Tensor right = sharedByBatch(transposeB ? values.transpose(-1, -2) : values, out);
    int[] leftAt = Positions.of(left, 2);
    int[] rightAt = Positions.of(right, 2);
    int[] outAt = Positions.of(out, 2);
    for (int batch = 0; batch < outAt.length; batch++) {
      for (int i = 0; i < out.dim(-2); i++) {
        for (int j = 0; j < out.dim(-1); j++) {
          int at = outAt[batch] + i * out.arrayStride(-2) + j;
          int row = leftAt[batch] + i * left.arrayStride(-2);
          int column = rightAt[batch] + j * right.arrayStride(-1);
          out.array()[at] = inner(left, row, right, column, accumulate, out.array()[at]);
        }
      }
    }
  }

  private static Tensor widened(Tensor b) {
    return b.dtype() == DType.F32 ? b : Tensor.of(b.toFloats(), b.shape().dims());
  }

  /** The view whose leading dimensions are those of {@code out}. */
  private static Tensor sharedByBatch(Tensor factor, Tensor out) {
    int[] dims = out.shape().dims();
    dims[dims.length - 2] = factor.dim(-2);
    dims[dims.length - 1] = factor.dim(-1);
    while (factor.shape().rank() > dims.length) {
      factor = factor.select(0, 0);
    }
    return factor.expand(Shape.of(dims));
  }

  private static float inner(Tensor left, int row, Tensor right, int column, boolean accumulate, float old) {
    float[] a = left.array();
    float[] b = right.array();
    int strideA = left.arrayStride(-1);
    int strideB = right.arrayStride(-2);
    int k = left.dim(-1);
    if (k == 0) {
      return accumulate ? old : 0;
    }
    float total = old;
    for (int block = 0; block < k; block += K_BLOCK) {
      float sum = 0;
      for (int p = block; p < Math.min(k, block + K_BLOCK); p++) {
        sum = Math.fma(a[row + p * strideA], b[column + p * strideB], sum);
      }
      total = block == 0 && !accumulate ? sum : total + sum;
    }
    return total;
  }
}
