package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import io.github.tern4j.tensor.kernel.TokenKernel;
import org.junit.jupiter.api.Test;

/** What {@link TokenKernel} promises: the bits of the kernels for many rows, of the reference and of the same backend. */
public abstract class TokenContract extends KernelContract<TokenKernel> {

  private static final float EPS = 1e-6f;

  /** The suite. */
  protected TokenContract() {
    super(TokenKernel.class);
  }

  @EveryWidth
  void sumsAreThoseOfManyRows(int n) {
    Operand x = tensors.normal(Layout.OFFSET, 1, n);
    Operand y = tensors.normal(Layout.OFFSET, n);
    Operand out = tensors.normal(Layout.OFFSET, 1, n);
    run((kernel, at) -> kernel.add(at.of(x), at.of(y), at.of(x)));
    Tensor expected = upload(new float[n], n);
    backend().kernel(BinaryKernel.class).apply(BinaryFunction.ADD, upload(x.values(), n), upload(y.values(), n), expected, false);
    run((kernel, at) -> kernel.add(at.of(x), at.of(y), at.of(out))).equalTo(out, backend().download(expected));
  }

  @EveryWidth
  void normsAreThoseOfManyRows(int n) {
    for (int rows : new int[] {1, 3}) {
      Operand x = tensors.normal(Layout.OFFSET, rows, n);
      Operand weight = tensors.normal(Layout.OFFSET, n);
      Operand out = tensors.normal(Layout.OFFSET, rows, n);
      run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), EPS, at.of(x)));
      Tensor expected = upload(new float[rows * n], rows, n);
      backend().kernel(RmsNormKernel.class).rmsNorm(upload(x.values(), rows, n), upload(weight.values(), n), EPS, expected,
          upload(new float[rows], rows));
      run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), EPS, at.of(out))).equalTo(out, backend().download(expected));
    }
  }

  @EveryWidth
  void rotationsAreThoseOfManyTokens(int half) {
    Operand x = tensors.normal(Layout.OFFSET, 3, 2 * half);
    Operand cos = tensors.normal(Layout.OFFSET, 5, half);
    Operand sin = tensors.normal(Layout.OFFSET, 5, half);
    Operand out = tensors.normal(Layout.OFFSET, 1, 6 * half);
    run((kernel, at) -> kernel.rope(at.of(x), at.of(cos), at.of(sin), 4, at.of(x)));
    Tensor expected = upload(new float[6 * half], 1, 1, 3, 2 * half);
    backend().kernel(RopeKernel.class).rope(upload(x.values(), 1, 1, 3, 2 * half), upload(cos.values(), 5, half).slice(0, 2, 3),
        upload(sin.values(), 5, half).slice(0, 2, 3), false, expected, false);
    run((kernel, at) -> kernel.rope(at.of(x), at.of(cos), at.of(sin), 2, at.of(out))).equalTo(out, backend().download(expected));
  }

  @EveryWidth
  void gatesAreThoseOfManyRows(int n) {
    Operand gate = tensors.normal(Layout.OFFSET, 1, n);
    Operand up = tensors.normal(Layout.OFFSET, 1, n);
    Operand out = tensors.normal(Layout.OFFSET, n);
    run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(up)));
    Tensor expected = upload(new float[n], n);
    backend().kernel(SwiGluKernel.class).swiGlu(upload(gate.values(), n), upload(up.values(), n), expected);
    run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(out))).equalTo(out, backend().download(expected));
  }

  @EveryWidth
  void codesAreThoseOfManyRows(int n) {
    for (EpsilonRule rule : EpsilonRule.values()) {
      Tensor x = upload(tensors.normal(n).values(), 1, n);
      Tensor codes = backend().upload(tensors.bytes(n).copy());
      Tensor wanted = backend().upload(tensors.bytes(1, n).copy());
      Tensor gamma = upload(new float[1], 1);
      Tensor wantedGamma = upload(new float[1], 1);
      kernel().codes(x, rule, EPS, codes, gamma);
      backend().kernel(ActivationQuantizerKernel.class).codes(x, rule, EPS, wanted, wantedGamma);
      assertSameBits(backend().download(codes), backend().download(wanted), "codes");
      assertSameBits(backend().download(gamma), backend().download(wantedGamma), "gamma");
    }
  }

  @Test
  void misfitsAreRefusedByNameAndShape() {
    Tensor four = upload(new float[4], 4);
    Tensor three = upload(new float[3], 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().add(four, three, four))
        .withMessage("token add: operands do not fit; a F32 [4], b F32 [3], out F32 [4]; expected contiguous F32 of equal sizes");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().swiGlu(four, four, three))
        .withMessageStartingWith("token swiGlu: ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().rmsNorm(four, three, EPS, four))
        .withMessageContaining("expected contiguous F32, x [rows, n], weight [n], out like x");
    Tensor table = upload(new float[6], 3, 2);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().rope(four, table, table, 3, four))
        .withMessageContaining("do not fit position 3");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().codes(four, EpsilonRule.ADDED, EPS, four, upload(new float[1], 1)))
        .withMessageContaining("one I8 code for each element of x");
  }
}
