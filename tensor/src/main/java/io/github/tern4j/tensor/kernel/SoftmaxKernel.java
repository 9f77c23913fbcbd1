package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Softmax over the last dimension of contiguous tensors: {@code y_i = exp(x_i - max) / sum_j exp(x_j - max)}.
 *
 * <p>Sums follow {@link Summation} along the row. A row of only -infinity (fully masked) has softmax 0 and log-softmax -infinity;
 * a row with NaN or +infinity gives NaN.
 */
public interface SoftmaxKernel extends Kernel {

  /** {@code out = softmax(x)}; {@code out} may be {@code x}. */
  void softmax(Tensor x, Tensor out);

  /** {@code gradX (+)= y (gradOut - sum_j gradOut_j y_j)}, products fused into the sum. */
  void softmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate);

  /** {@code out_i = (x_i - max) - ln(sum_j exp(x_j - max))}; {@code out} may be {@code x}. */
  void logSoftmax(Tensor x, Tensor out);

  /** {@code gradX (+)= gradOut - exp(y) sum_j gradOut_j} with {@code y = logSoftmax(x)}. */
  void logSoftmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate);

  /** Refuses operands of {@link #softmax} and {@link #logSoftmax} that do not fit. */
  static void checkSoftmax(Tensor x, Tensor out) {
    Operands.of("softmax", "x, out", x, out).contiguous().rankedAtLeast(1).like(x, out).sameOrApart(out, x);
  }

  /** Refuses operands of {@link #softmaxBackward} and {@link #logSoftmaxBackward} that do not fit. */
  static void checkSoftmaxBackward(Tensor y, Tensor gradOut, Tensor gradX) {
    Operands.of("softmaxBackward", "y, gradOut, gradX", y, gradOut, gradX).contiguous().rankedAtLeast(1).like(y, gradOut, gradX)
        .apart(gradX, y, gradOut);
  }
}
