package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/**
 * Softmax over the last dimension of contiguous tensors: {@code y_i = exp(x_i - max) / sum_j exp(x_j - max)}.
 *
 * <p>The sum follows {@link Summation} along the row; exp is {@link FloatMath#exp}. A row of only -infinity gives zeros (a fully
 * masked row), a row with NaN or +infinity gives NaN.
 */
public interface SoftmaxKernel extends Kernel {

  /** {@code out = softmax(x)}; {@code out} may be {@code x}. */
  void softmax(Tensor x, Tensor out);

  /** {@code gradX (+)= y (gradOut - sum_j gradOut_j y_j)}. */
  void softmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate);

  /** {@code out_i = x_i - max - ln(sum_j exp(x_j - max))}; {@code out} may be {@code x}. */
  void logSoftmax(Tensor x, Tensor out);

  /** {@code gradX (+)= gradOut - exp(y) sum_j gradOut_j} with {@code y = logSoftmax(x)}. */
  void logSoftmaxBackward(Tensor y, Tensor gradOut, Tensor gradX, boolean accumulate);
}
