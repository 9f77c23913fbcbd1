package io.github.tern4j.tensor.cache;

import io.github.tern4j.tensor.WeightMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Keys and values of one layer and one text, in native memory, in blocks of {@value #BLOCK} tokens. It is a ring: position p
 * lies in slot {@code p mod capacity} and takes the place of position {@code p - capacity}.
 *
 * <p>A row is {@value #BLOCK} elements that vectors meet side by side. Keys lie transposed: for each block, head and dimension
 * one row with the tokens of the block, so that scores of neighbouring tokens need no lane to meet another. Values lie by token:
 * for each block, head and token as many rows as headDim needs, the last one filled up with zeros. So the keys of a block and
 * head are one stream, and its values another. In a row, element i belongs to lane {@code i mod 16} of part {@code i / 16}:
 *
 * <ul>
 *   <li>F32: the parts follow each other;
 *   <li>BF16: two parts share 16 words of 32 bits, the even one in the lower halves;
 *   <li>INT8: the four parts are the four bytes of 16 words.
 * </ul>
 */
public final class KeyValueBlocks {

  /** Tokens of a block, and elements of a row. */
  public static final int BLOCK = 64;

  /** Elements of a part of a row. */
  public static final int LANES = 16;

  private static final int LARGEST_CODE = 127;

  /** From so many bytes on, keys and values of a layer lie in huge pages. */
  private static final long HUGE_PAGES = 1 << 20;

  /** Rows begin at cache lines. */
  private static final long LINE = 64;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final KeyValueFormat format;
  private final int heads;
  private final int headDim;
  private MemorySegment keys = MemorySegment.NULL;
  private MemorySegment values = MemorySegment.NULL;
  private float[] keyScales = new float[0];
  private float[] valueScales = new float[0];
  private int capacity;

  /** Blocks without room; {@link #reserve} comes first. */
  public KeyValueBlocks(KeyValueFormat format, int heads, int headDim) {
    if (heads < 1 || headDim < 1) {
      throw new IllegalArgumentException("key-value blocks: " + heads + " heads of " + headDim + "; expected at least 1 each");
    }
    this.format = format;
    this.heads = heads;
    this.headDim = headDim;
  }

  /** How elements are stored. */
  public KeyValueFormat format() {
    return format;
  }

  /** Key-value heads. */
  public int heads() {
    return heads;
  }

  /** Dimensions of a head. */
  public int headDim() {
    return headDim;
  }

  /** Bytes of the keys and values of a token, scales included. */
  public long bytesPerToken() {
    int scaleBytes = format == KeyValueFormat.INT8 ? Float.BYTES : 0;
    return 2L * heads * (headDim * format.rowBytes() / BLOCK + scaleBytes);
  }

  /** Tokens that there is room for. */
  public int capacity() {
    return capacity;
  }

  /**
   * Makes room for at least this many tokens. What is stored keeps its place as long as positions are below the old capacity; so
   * a ring that has gone round cannot grow.
   */
  public void reserve(int tokens) {
    if (tokens > capacity) {
      int blocks = Math.ceilDiv(tokens, BLOCK);
      keys = grown(keys, blocks * (long) heads * headDim * format.rowBytes());
      values = grown(values, blocks * (long) heads * BLOCK * valueRows() * format.rowBytes());
      if (format == KeyValueFormat.INT8) {
        keyScales = Arrays.copyOf(keyScales, blocks * heads * BLOCK);
        valueScales = Arrays.copyOf(valueScales, blocks * heads * BLOCK);
      }
      capacity = blocks * BLOCK;
    }
  }

  /**
   * Few tokens lie in usual pages: a short answer is complete before huge ones would have paid, since the first call of the
   * system that asks for them takes a program that has just begun 60 ms.
   */
  private static MemorySegment grown(MemorySegment old, long bytes) {
    MemorySegment larger = bytes < HUGE_PAGES ? Arena.ofAuto().allocate(bytes, LINE) : WeightMemory.allocate(bytes);
    MemorySegment.copy(old, 0, larger, 0, old.byteSize());
    return larger;
  }

  /** Rows of the values of a token and head. */
  public int valueRows() {
    return Math.ceilDiv(headDim, BLOCK);
  }

  /** Bytes of a row. */
  public long rowBytes() {
    return format.rowBytes();
  }

  /** All keys. */
  public MemorySegment keys() {
    return keys;
  }

  /** All values. */
  public MemorySegment values() {
    return values;
  }

  /** Where the key rows begin of the block that holds a position. */
  public long keysAt(int position, int head) {
    return blockOf(position, head) * headDim * format.rowBytes();
  }

  /** Where the value rows of a position begin; those of the next one in the same block follow. */
  public long valuesAt(int position, int head) {
    return (blockOf(position, head) * BLOCK + position % BLOCK) * valueRows() * format.rowBytes();
  }

  /** Scales of keys, for INT8. */
  public float[] keyScales() {
    return keyScales;
  }

  /** Scales of values, for INT8. */
  public float[] valueScales() {
    return valueScales;
  }

  /** Where the scale of a position is among those of keys and of values; those of its block are neighbours. */
  public int scaleAt(int position, int head) {
    return (int) blockOf(position, head) * BLOCK + position % BLOCK;
  }

  private long blockOf(int position, int head) {
    return (long) (position % capacity / BLOCK) * heads + head;
  }

  /** Stores keys and values {@code [heads, headDim]} of a position. */
  public void put(int position, float[] k, int kAt, float[] v, int vAt) {
    for (int head = 0; head < heads; head++) {
      put(position, head, k, kAt + head * headDim, v, vAt + head * headDim);
    }
  }

  /** Stores the key and the value {@code [headDim]} of a head; heads may be stored at the same time. */
  public void put(int position, int head, float[] k, int kAt, float[] v, int vAt) {
    putKey(position, head, k, kAt);
    putValue(position, head, v, vAt);
  }

  private void putKey(int position, int head, float[] k, int at) {
    long row = keysAt(position, head);
    float scale = 0;
    if (format == KeyValueFormat.INT8) {
      scale = scale(k, at);
      keyScales[scaleAt(position, head)] = scale;
    }
    int element = position % BLOCK;
    for (int d = 0; d < headDim; d++) {
      put(keys, row + d * format.rowBytes(), element, k[at + d], scale);
    }
  }

  private void putValue(int position, int head, float[] v, int at) {
    long row = valuesAt(position, head);
    if (format == KeyValueFormat.F32) {
      MemorySegment.copy(v, at, values, FLOAT, row, headDim);
      return;
    }
    float scale = 0;
    if (format == KeyValueFormat.INT8) {
      scale = scale(v, at);
      valueScales[scaleAt(position, head)] = scale;
    }
    for (int d = 0; d < headDim; d++) {
      put(values, row + d / BLOCK * format.rowBytes(), d % BLOCK, v[at + d], scale);
    }
  }

  private float scale(float[] x, int at) {
    float largest = 0;
    for (int d = 0; d < headDim; d++) {
      largest = Math.max(largest, Math.abs(x[at + d]));
    }
    return largest / LARGEST_CODE;
  }

  private void put(MemorySegment rows, long row, int element, float value, float scale) {
    switch (format) {
      case F32 -> rows.set(FLOAT, row + (long) element * Float.BYTES, value);
      case BF16 -> rows.set(SHORT, row + halfAt(element), bf16(value));
      case INT8 -> rows.set(ValueLayout.JAVA_BYTE, row + byteAt(element), code(value, scale));
    }
  }

  private static long halfAt(int element) {
    int part = element / LANES;
    return (long) (part / 2 * LANES + element % LANES) * Integer.BYTES + part % 2 * Short.BYTES;
  }

  private static long byteAt(int element) {
    return (long) element % LANES * Integer.BYTES + element / LANES;
  }

  /** To nearest, ties to even: 0x7FFF and the lowest kept bit carry into the upper half when that is right. NaN stays NaN. */
  private static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) (value != value ? bits >>> 16 | 0x40 : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  private static byte code(float value, float scale) {
    // A scale that underflowed can make the quotient larger than any code.
    return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(value / scale), -LARGEST_CODE, LARGEST_CODE);
  }

  /** A key as it is stored, widened. */
  public float key(int position, int head, int d) {
    float scale = format == KeyValueFormat.INT8 ? keyScales[scaleAt(position, head)] : 1;
    return get(keys, keysAt(position, head) + d * format.rowBytes(), position % BLOCK, scale);
  }

  /** A value as it is stored, widened. */
  public float value(int position, int head, int d) {
    float scale = format == KeyValueFormat.INT8 ? valueScales[scaleAt(position, head)] : 1;
    return get(values, valuesAt(position, head) + d / BLOCK * format.rowBytes(), d % BLOCK, scale);
  }

  private float get(MemorySegment rows, long row, int element, float scale) {
    return switch (format) {
      case F32 -> rows.get(FLOAT, row + (long) element * Float.BYTES);
      case BF16 -> Float.intBitsToFloat(rows.get(SHORT, row + halfAt(element)) << Short.SIZE);
      case INT8 -> rows.get(ValueLayout.JAVA_BYTE, row + byteAt(element)) * scale;
    };
  }

  /** Widens keys and values of positions {@code from} to {@code to} into rows {@code [position, heads, headDim]}. */
  public void widen(int from, int to, float[] k, int kAt, float[] v, int vAt) {
    int width = heads * headDim;
    for (int position = from; position < to; position++) {
      for (int head = 0; head < heads; head++) {
        int at = (position - from) * width + head * headDim;
        for (int d = 0; d < headDim; d++) {
          k[kAt + at + d] = key(position, head, d);
          v[vAt + at + d] = value(position, head, d);
        }
      }
    }
  }
}
