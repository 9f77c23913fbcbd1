package io.github.tern4j.nn.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Conversion between F32 in arrays and F32, BF16 or F16 in native memory (little-endian, any alignment). The 16-bit types go
 * through small arrays: copying in bulk and converting in plain array loops is what the JIT vectorizes.
 */
public final class HalfPrecision {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements of the array between: fits the first-level cache together with its floats. */
  private static final int CHUNK = 4096;

  private static final int QUIET_NAN_BIT = 0x40;

  private HalfPrecision() {}

  /** {@code out[outOffset + i] = in[first + i]} for {@code count} elements; exact. */
  static void widen(SafetensorsType type, MemorySegment in, long first, float[] out, int outOffset, int count) {
    if (type == SafetensorsType.F32) {
      MemorySegment.copy(in, FLOAT, first * Float.BYTES, out, outOffset, count);
      return;
    }
    short[] halves = new short[Math.min(CHUNK, count)];
    for (int done = 0; done < count; done += CHUNK) {
      int length = Math.min(CHUNK, count - done);
      MemorySegment.copy(in, SHORT, (first + done) * Short.BYTES, halves, 0, length);
      if (type == SafetensorsType.BF16) {
        for (int i = 0; i < length; i++) {
          out[outOffset + done + i] = Float.intBitsToFloat(halves[i] << 16);
        }
      } else {
        for (int i = 0; i < length; i++) {
          out[outOffset + done + i] = Float.float16ToFloat(halves[i]);
        }
      }
    }
  }

  /** {@code out[i] = in[i]} for the first {@code count} elements, rounded to nearest, ties to even. */
  public static void narrow(SafetensorsType type, float[] in, MemorySegment out, int count) {
    if (type == SafetensorsType.F32) {
      MemorySegment.copy(in, 0, out, FLOAT, 0, count);
      return;
    }
    short[] halves = new short[Math.min(CHUNK, count)];
    for (int done = 0; done < count; done += CHUNK) {
      int length = Math.min(CHUNK, count - done);
      if (type == SafetensorsType.BF16) {
        for (int i = 0; i < length; i++) {
          halves[i] = toBf16(in[done + i]);
        }
      } else {
        for (int i = 0; i < length; i++) {
          halves[i] = Float.floatToFloat16(in[done + i]);
        }
      }
      MemorySegment.copy(halves, 0, out, SHORT, (long) done * Short.BYTES, length);
    }
  }

  /**
   * The nearest BF16, ties to even. Adding 0x7fff and the lowest kept bit carries into the upper half exactly when the lower half
   * is above one half, or at one half with an odd upper half. A NaN keeps its upper bits and stays one.
   */
  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    return (short) (value != value ? bits >>> 16 | QUIET_NAN_BIT : rounded);
  }
}
