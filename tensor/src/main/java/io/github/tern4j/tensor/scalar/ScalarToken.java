package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.TokenKernel;

/** {@link TokenKernel} with the loops of the kernels for many rows. */
final class ScalarToken implements TokenKernel {

  @Override
  public void add(Tensor x, Tensor y, Tensor out) {
    TokenKernel.checkElementwise("token add", x, y, out);
    RowLoops.add(x.array(), x.arrayOffset(), y.array(), y.arrayOffset(), (int) x.size(), out.array(), out.arrayOffset());
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
    TokenKernel.checkRmsNorm(x, weight, out);
    int n = (int) weight.size();
    for (int at = 0; at < x.size(); at += n) {
      ScalarRmsNorm.normRow(x, at, weight, n, eps, out);
    }
  }

  @Override
  public void rope(Tensor x, Tensor cos, Tensor sin, int position, Tensor out) {
    TokenKernel.checkRope(x, cos, sin, position, out);
    ScalarRope.rotateRow(x, 0, (int) x.size(), cos, sin, position, out);
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    TokenKernel.checkElementwise("token swiGlu", gate, up, out);
    RowLoops.gate(gate.array(), gate.arrayOffset(), up.array(), up.arrayOffset(), (int) gate.size(), out.array(),
        out.arrayOffset());
  }

  @Override
  public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    TokenKernel.checkCodes(x, codes, gamma);
    ScalarActivationQuantizer.codeRows(x, 1, rule, eps, codes, gamma);
  }
}
