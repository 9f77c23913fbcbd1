package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Matrix product {@code out = op(a) op(b)} over the last two dimensions, op = transpose or identity.
 *
 * <p><b>Summation:</b> k is cut into blocks of {@value #K_BLOCK}. Inside a block the sum starts at zero and ascends in k with
 * fused multiply-add; block sums are added to the output in ascending order (to its old value first with {@code accumulate};
 * otherwise the first block's sum is the start). Hence results do not depend on tiling, threads or vector width.
 *
 * <p>{@code b} may be BF16 as files store it, little-endian at any alignment: a frozen weight in a mapped file. It is widened
 * exactly where it is read, so that the product has the bits of that with the same values in F32.
 */
public interface MatmulKernel extends Kernel {

  /** Terms of one block of the inner sum. */
  int K_BLOCK = 256;

  /**
   * Computes the product. Operands are strided; leading dimensions of {@code a} and {@code b} are equal to the output's, or 1 or
   * missing and then shared by the whole batch.
   *
   * @param a {@code [.., m, k]}, or {@code [.., k, m]} with {@code transposeA}
   * @param transposeA whether {@code a} is stored transposed
   * @param b {@code [.., k, n]}, or {@code [.., n, k]} with {@code transposeB} (a weight is {@code [out, in]}); F32 or BF16
   * @param transposeB whether {@code b} is stored transposed
   * @param out {@code [.., m, n]}
   * @param accumulate whether to add to {@code out}
   * @throws IllegalArgumentException when shapes do not fit
   */
  void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate);

  /** Refuses operands of {@link #matmul} that do not fit. */
  static void checkMatmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out) {
    Operands operands = Operands.of("matmul", "a, b, out", a, b, out).rankedAtLeast(2).strided(b).writable(out).apart(out, a, b);
    int m = a.dim(transposeA ? -1 : -2);
    int k = a.dim(transposeA ? -2 : -1);
    int n = b.dim(transposeB ? -2 : -1);
    int innerOfB = b.dim(transposeB ? -1 : -2);
    if (k != innerOfB) {
      throw new IllegalArgumentException("matmul: inner dimensions differ: a" + (transposeA ? "^T " : " ") + a.shape() + " x b"
          + (transposeB ? "^T " : " ") + b.shape() + " (" + k + " != " + innerOfB + ")");
    }
    if (out.dim(-2) != m || out.dim(-1) != n) {
      throw operands.failure("size of the product does not fit", "out [.., " + m + ", " + n + "]");
    }
    for (Tensor factor : new Tensor[] {a, b}) {
      for (int axis = 3; axis <= factor.shape().rank(); axis++) {
        int dim = factor.dim(-axis);
        operands.require(dim == 1 || axis <= out.shape().rank() && dim == out.dim(-axis), "leading dimensions do not fit",
            "those of a and b equal to out's, 1 or missing");
      }
    }
  }
}
