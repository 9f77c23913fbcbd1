package io.github.tern4j.tensor.kernel;

/**
 * The order in which kernels sum, part of every contract that sums.
 *
 * <p><b>Along a row:</b> element {@code i} is added to partial sum {@code i mod LANES}, ascending in {@code i}; the partial sums
 * are then folded in halves: {@code p[j] += p[j + 8]} for j below 8, then 4, 2, 1. Products are fused
 * ({@code p = fma(a, b, p)}). Any vector width that divides {@value #LANES} lanes can do exactly this.
 *
 * <p><b>Across rows</b> (weight gradients of norms, whole-tensor sums): rows or elements are cut into chunks of a fixed size,
 * each chunk sums ascending from 0, and chunk sums are added in ascending order to a total that starts at 0.
 */
public final class Summation {

  /** Partial sums of a row: one 512-bit vector of floats. */
  public static final int LANES = 16;

  /** Rows of one chunk in a sum across rows. */
  public static final int ROWS_PER_CHUNK = 64;

  /** Elements of one chunk in a sum over a whole tensor, which is carried in double. */
  public static final int ELEMENTS_PER_CHUNK = 16_384;

  private Summation() {}

  /** Folds {@value #LANES} partial sums starting at {@code offset} as described above; they are overwritten. */
  public static float fold(float[] partial, int offset) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        partial[offset + j] += partial[offset + j + half];
      }
    }
    return partial[offset];
  }
}
