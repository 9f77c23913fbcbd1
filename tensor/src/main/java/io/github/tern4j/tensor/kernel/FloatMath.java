package io.github.tern4j.tensor.kernel;

/**
 * Scalar functions whose operations vector kernels repeat lane by lane, so that both give the same bits.
 */
public final class FloatMath {

  /** Arguments above overflow to infinity. */
  public static final float EXP_OVERFLOW = 88.72284f;
  /** Arguments below underflow to zero (results that would be subnormal are flushed). */
  public static final float EXP_UNDERFLOW = -87.33654f;
  /** 1 / ln 2. */
  public static final float LOG2_E = 1.44269504f;
  /** ln 2 in two parts (Cody and Waite 1980): the high one has trailing zeros, so that n * high is exact for |n| below 2^9. */
  public static final float LN2_HIGH = 0.693359375f;
  /** ln 2 - LN2_HIGH. */
  public static final float LN2_LOW = -2.12194440e-4f;
  /** Coefficients of (e^r - 1 - r) / r^2 on |r| up to ln 2 / 2, highest power first (Moshier, Cephes expf). */
  public static final float EXP_P0 = 1.9875691500e-4f;
  /** See {@link #EXP_P0}. */
  public static final float EXP_P1 = 1.3981999507e-3f;
  /** See {@link #EXP_P0}. */
  public static final float EXP_P2 = 8.3334519073e-3f;
  /** See {@link #EXP_P0}. */
  public static final float EXP_P3 = 4.1665795894e-2f;
  /** See {@link #EXP_P0}. */
  public static final float EXP_P4 = 1.6666665459e-1f;
  /** See {@link #EXP_P0}. */
  public static final float EXP_P5 = 5.0000001201e-1f;

  /** 1.5 * 2^23: adding and subtracting it rounds a small float to the nearest integer, ties to even. */
  public static final float ROUNDING_SHIFT = 12582912f;

  private static final double ERF_SERIES_LIMIT = 3;
  /** At the limit of the series 40 terms of the fraction are exact to the last bit of a double. */
  private static final int ERF_FRACTION_TERMS = 40;

  private FloatMath() {}

  /**
   * e^x by range reduction {@code x = n ln 2 + r} and a polynomial in r; error below 1.1 ulp (1.004 measured over all exponents).
   * NaN gives NaN.
   */
  public static float exp(float x) {
    if (x > EXP_OVERFLOW) {
      return Float.POSITIVE_INFINITY;
    }
    if (x < EXP_UNDERFLOW) {
      return 0;
    }
    float shifted = Math.fma(x, LOG2_E, ROUNDING_SHIFT);
    float n = shifted - ROUNDING_SHIFT;
    float r = Math.fma(n, -LN2_HIGH, x);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(EXP_P0, r, EXP_P1);
    p = Math.fma(p, r, EXP_P2);
    p = Math.fma(p, r, EXP_P3);
    p = Math.fma(p, r, EXP_P4);
    p = Math.fma(p, r, EXP_P5);
    float y = Math.fma(p, r * r, r) + 1;
    // 2^n in two factors, since n = 128 has no float of its own.
    int half = (int) n >> 1;
    return y * Float.intBitsToFloat(half + 127 << 23) * Float.intBitsToFloat((int) n - half + 127 << 23);
  }

  /** 1 / (1 + e^-x) by {@link #exp}; error below 2.5 ulp (2.36 measured), flushed to 0 below -{@link #EXP_OVERFLOW}. */
  public static float sigmoid(float x) {
    return 1 / (1 + exp(-x));
  }

  /**
   * tanh x = 2 sigmoid(2 x) - 1 for |x| above 0.625, else an odd polynomial (Moshier, Cephes tanhf); error below 3.1 ulp (2.99
   * measured; 0.7 on the polynomial's side). The sign of zero is lost.
   */
  public static float tanh(float x) {
    if (Math.abs(x) > 0.625f) {
      return 2 * sigmoid(2 * x) - 1;
    }
    float z = x * x;
    float p = Math.fma(-5.70498872745e-3f, z, 2.06390887954e-2f);
    p = Math.fma(p, z, -5.37397155531e-2f);
    p = Math.fma(p, z, 1.33314422036e-1f);
    p = Math.fma(p, z, -3.33332819422e-1f);
    return Math.fma(p * z, x, x);
  }

  /**
   * The error function in double: below {@value #ERF_SERIES_LIMIT} the series with positive terms
   * {@code 2 / sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 .. (2n+1))}, above it one minus the continued fraction
   * {@code exp(-x^2) / sqrt(pi) 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ..))))} (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14).
   */
  public static double erf(double x) {
    double z = Math.abs(x);
    double gauss = Math.exp(-z * z) / Math.sqrt(Math.PI);
    if (z < ERF_SERIES_LIMIT) {
      double term = z;
      double sum = z;
      for (int n = 1; term > Math.ulp(sum) / 4; n++) {
        term *= 2 * z * z / (2 * n + 1);
        sum += term;
      }
      return Math.copySign(2 * gauss * sum, x);
    }
    double fraction = z;
    for (int n = ERF_FRACTION_TERMS; n > 0; n--) {
      fraction = z + n / 2.0 / fraction;
    }
    return Math.copySign(1 - gauss / fraction, x);
  }
}
