package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * What decoding does to the one row of a token between two products: so little that other threads would wake up too late, and so
 * often that garbage would add up. All on the caller's thread; nothing is allocated after the first call.
 *
 * <p>Tensors are contiguous, and their shapes do not matter beside their sizes. <b>Exactness:</b> the bits of the kernels for
 * many rows that the methods name.
 */
public interface TokenKernel extends Kernel {

  /** {@code out_i = x_i + y_i}; {@code out} may be either. */
  void add(Tensor x, Tensor y, Tensor out);

  /**
   * {@link RmsNormKernel#rmsNorm} of rows as wide as the weight.
   *
   * @param x {@code [rows, n]}
   * @param weight {@code [n]}
   * @param out like {@code x}; may be {@code x}
   */
  void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out);

  /**
   * {@link RopeKernel#rope} of all heads of one token.
   *
   * @param x {@code [heads, headDim]}
   * @param cos {@code [positions, headDim / 2]}
   * @param sin the same
   * @param position of the token
   * @param out like {@code x}; may be {@code x}
   */
  void rope(Tensor x, Tensor cos, Tensor sin, int position, Tensor out);

  /** {@link SwiGluKernel#swiGlu}; {@code out} may be one of the inputs. */
  void swiGlu(Tensor gate, Tensor up, Tensor out);

  /**
   * {@link ActivationQuantizerKernel#codes} of one row.
   *
   * @param codes I8 in native memory, one for each element of {@code x}
   * @param gamma one element
   */
  void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma);

  /** Refuses operands of {@link #add} and {@link #swiGlu} that do not fit. */
  static void checkElementwise(String op, Tensor a, Tensor b, Tensor out) {
    if (a.size() != b.size() || a.size() != out.size() || !contiguous(a, b, out)) {
      throw Operands.of(op, "a, b, out", a, b, out).failure("operands do not fit", "contiguous F32 of equal sizes");
    }
  }

  /** Refuses operands of {@link #rmsNorm} that do not fit. */
  static void checkRmsNorm(Tensor x, Tensor weight, Tensor out) {
    if (weight.size() == 0 || x.size() % weight.size() != 0 || x.size() != out.size() || !contiguous(x, weight, out)) {
      throw Operands.of("token rmsNorm", "x, weight, out", x, weight, out)
          .failure("operands do not fit", "contiguous F32, x [rows, n], weight [n], out like x");
    }
  }

  /** Refuses operands of {@link #rope} that do not fit. */
  static void checkRope(Tensor x, Tensor cos, Tensor sin, int position, Tensor out) {
    int half = cos.dim(-1);
    if (half == 0 || x.size() % (2L * half) != 0 || x.size() != out.size() || cos.size() != sin.size()
        || position < 0 || position >= cos.size() / half || !contiguous(x, cos, out) || !sin.isContiguous()) {
      throw Operands.of("token rope", "x, cos, sin, out", x, cos, sin, out).failure("operands do not fit position " + position,
          "contiguous F32, x [heads, headDim], cos and sin [positions, headDim / 2] with that position, out like x");
    }
  }

  /** Refuses operands of {@link #codes} that do not fit. */
  static void checkCodes(Tensor x, Tensor codes, Tensor gamma) {
    if (codes.dtype() != DType.I8 || codes.size() != x.size() || gamma.size() != 1 || !contiguous(x, codes, gamma)) {
      throw Operands.of("token codes", "x, codes, gamma", x, codes, gamma)
          .failure("operands do not fit", "contiguous F32 x and gamma [1], and one I8 code for each element of x");
    }
  }

  private static boolean contiguous(Tensor a, Tensor b, Tensor c) {
    return a.isContiguous() && b.isContiguous() && c.isContiguous();
  }
}
