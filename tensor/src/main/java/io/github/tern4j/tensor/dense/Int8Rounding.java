package io.github.tern4j.tensor.dense;

/** The scale and the codes of a row of bytes. */
final class Int8Rounding {

  private Int8Rounding() {}

  /**
   * {@code code = rint(value / scale)}, ties to even.
   *
   * @param largestCode largest magnitude of a code
   * @return {@code scale = max|value| / largestCode}; not finite if a value is not
   */
  static float round(float[] values, int largestCode, byte[] codes) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    float scale = largest / largestCode;
    for (int i = 0; i < values.length; i++) {
      // A scale that underflowed can make the quotient larger than any code.
      codes[i] = scale == 0 ? 0 : (byte) Math.clamp(Math.rint(values[i] / scale), -largestCode, largestCode);
    }
    return scale;
  }
}
