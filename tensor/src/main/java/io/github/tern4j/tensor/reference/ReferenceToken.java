package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import io.github.tern4j.tensor.kernel.TokenKernel;

/** {@link TokenKernel} by its definition: the kernels for many rows, with one. */
final class ReferenceToken implements TokenKernel {

  private final BinaryKernel binary = new ReferenceBinary();
  private final RmsNormKernel norm = new ReferenceRmsNorm();
  private final RopeKernel rope = new ReferenceRope();
  private final SwiGluKernel swiGlu = new ReferenceSwiGlu();
  private final ActivationQuantizerKernel quantizer = new ReferenceActivationQuantizer();

  @Override
  public void add(Tensor x, Tensor y, Tensor out) {
    TokenKernel.checkElementwise("token add", x, y, out);
    binary.apply(BinaryFunction.ADD, x.reshape(-1), y.reshape(-1), out.reshape(-1), false);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
    TokenKernel.checkRmsNorm(x, weight, out);
    int n = weight.shape().intSize();
    int rows = x.shape().intSize() / n;
    norm.rmsNorm(x.reshape(rows, n), weight.reshape(n), eps, out.reshape(rows, n), Tensor.zeros(rows));
  }

  @Override
  public void rope(Tensor x, Tensor cos, Tensor sin, int position, Tensor out) {
    TokenKernel.checkRope(x, cos, sin, position, out);
    int headDim = 2 * cos.dim(-1);
    int heads = x.shape().intSize() / headDim;
    rope.rope(x.reshape(1, 1, heads, headDim), cos.reshape(-1, headDim / 2).slice(0, position, position + 1),
        sin.reshape(-1, headDim / 2).slice(0, position, position + 1), false, out.reshape(1, 1, heads, headDim), false);
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    TokenKernel.checkElementwise("token swiGlu", gate, up, out);
    swiGlu.swiGlu(gate.reshape(-1), up.reshape(-1), out.reshape(-1));
  }

  @Override
  public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    TokenKernel.checkCodes(x, codes, gamma);
    int n = x.shape().intSize();
    quantizer.codes(x.reshape(1, n), rule, eps, codes.reshape(1, n), gamma.reshape(1));
  }
}
