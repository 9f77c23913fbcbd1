package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;

/**
 * Root-mean-square norm (Zhang and Sennrich 2019) over the last dimension of width n:
 * {@code rstd = 1 / sqrt(sum_i x_i^2 / n + eps)}, {@code out_i = x_i rstd weight_i}.
 *
 * <p>Sums follow {@link Summation}; rstd is {@code 1 / sqrt((double) sum / n + eps)} in double, rounded once. All tensors
 * contiguous.
 */
public interface RmsNormKernel extends Kernel {

  /**
   * The norm.
   *
   * @param x {@code [.., n]}
   * @param weight {@code [n]}
   * @param out {@code [.., n]}, may be {@code x}
   * @param rstd {@code [rows]}, kept for the backward pass
   */
  void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out, Tensor rstd);

  /**
   * With {@code u_i = gradOut_i weight_i} and {@code c = rstd^2 sum_i(u_i x_i) / n} (per row; from the float sum on in double,
   * left to right, rounded once): {@code gradX_i (+)= rstd (u_i - x_i c)} and {@code gradWeight_i (+)= sum over rows of
   * gradOut_i (x_i rstd)}, the latter in {@link Summation#ROWS_PER_CHUNK chunks of rows} with the outer product fused.
   */
  void rmsNormBackward(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, boolean accumulateX,
      Tensor gradWeight, boolean accumulateWeight);

  /** Refuses operands of {@link #rmsNorm} that do not fit. */
  static void checkRmsNorm(Tensor x, Tensor weight, Tensor out, Tensor rstd) {
    Operands.of("rmsNorm", "x, weight, out, rstd", x, weight, out, rstd).contiguous().rankedAtLeast(1).like(x, out)
        .shaped(weight, Shape.of(x.dim(-1)), "[n]").sized(rstd, x.shape().rows(), "one for each row of x")
        .sameOrApart(out, x).apart(out, weight).apart(rstd, x, weight, out);
  }

  /** Refuses operands of {@link #rmsNormBackward} that do not fit. */
  static void checkRmsNormBackward(Tensor x, Tensor weight, Tensor rstd, Tensor gradOut, Tensor gradX, Tensor gradWeight) {
    Operands.of("rmsNormBackward", "x, weight, rstd, gradOut, gradX, gradWeight", x, weight, rstd, gradOut, gradX, gradWeight)
        .contiguous().rankedAtLeast(1).like(x, gradOut, gradX).shaped(weight, Shape.of(x.dim(-1)), "[n]").like(weight, gradWeight)
        .sized(rstd, x.shape().rows(), "one for each row of x").apart(gradX, x, weight, rstd, gradOut, gradWeight)
        .apart(gradWeight, x, weight, rstd, gradOut);
  }
}
