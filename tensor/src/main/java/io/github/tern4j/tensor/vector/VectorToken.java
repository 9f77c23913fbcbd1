package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.Summation;
import io.github.tern4j.tensor.kernel.TokenKernel;

/** {@link TokenKernel} with the loops of the kernels for many rows. */
final class VectorToken implements TokenKernel {

  private final float[] partial = new float[Summation.LANES];
  private float[] codeValues = new float[0];

  @Override
  public void add(Tensor x, Tensor y, Tensor out) {
    TokenKernel.checkElementwise("token add", x, y, out);
    VectorBinary.add(x.array(), x.arrayOffset(), y.array(), y.arrayOffset(), (int) x.size(), out.array(), out.arrayOffset(), false);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
    TokenKernel.checkRmsNorm(x, weight, out);
    int n = (int) weight.size();
    for (int at = 0; at < x.size(); at += n) {
      int from = x.arrayOffset() + at;
      float r = VectorRmsNorm.rstd(x.array(), from, n, eps, partial);
      VectorRmsNorm.scale(x.array(), from, r, weight.array(), weight.arrayOffset(), n, out.array(), out.arrayOffset() + at);
    }
  }

  @Override
  public void rope(Tensor x, Tensor cos, Tensor sin, int position, Tensor out) {
    TokenKernel.checkRope(x, cos, sin, position, out);
    int half = cos.dim(-1);
    int headDim = 2 * half;
    int heads = (int) x.size() / headDim;
    VectorRope.rotateRow(x.array(), x.arrayOffset(), headDim, heads, half, cos.array(), cos.arrayOffset() + position * half,
        sin.array(), sin.arrayOffset() + position * half, false, out.array(), out.arrayOffset(), headDim, false);
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    TokenKernel.checkElementwise("token swiGlu", gate, up, out);
    VectorSwiGlu.forward(gate.array(), gate.arrayOffset(), up.array(), up.arrayOffset(), (int) gate.size(), out.array(),
        out.arrayOffset());
  }

  @Override
  public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    TokenKernel.checkCodes(x, codes, gamma);
    int n = (int) x.size();
    if (codeValues.length < n) {
      codeValues = new float[n];
    }
    float largest = Rows.maxMagnitude(x.array(), x.arrayOffset(), n);
    gamma.array()[gamma.arrayOffset()] = largest;
    float factor = ActivationQuantizerKernel.LARGEST_CODE / rule.divisor(largest, eps);
    VectorActivationQuantizer.codes(x.array(), x.arrayOffset(), factor, n, codeValues, codes.segment(), codes.elementOffset());
  }
}
