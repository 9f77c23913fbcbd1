package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A ternary matrix {@code [out, in]} in native memory with its scales.
 *
 * <p>Layout: each row starts at a byte; four columns a byte, column c in bits {@code 2 (c mod 4)}, stored as code + 1; unused
 * bits of a row's last byte hold code 0. Scales: one for the tensor ({@code groupSize} 0) or {@code ceil(in / groupSize)} for
 * each row.
 */
public final class PackedTernary {

  private final int rows;
  private final int columns;
  private final int groupSize;
  private final MemorySegment codes;
  private final float[] scales;

  /**
   * A view of packed codes, which it shares.
   *
   * @param shape {@code [out, in]}
   * @param groupSize columns of a group, or 0 for one scale per tensor
   * @param codes {@code out * bytesPerRow(in)} bytes
   * @param scales 1 scale, or {@code out * ceil(in / groupSize)}
   * @throws IllegalArgumentException when sizes do not fit
   */
  public PackedTernary(Shape shape, int groupSize, MemorySegment codes, float[] scales) {
    if (shape.rank() != 2) {
      throw new IllegalArgumentException("packed ternary: shape " + shape + "; expected [out, in]");
    }
    this.rows = shape.dim(0);
    this.columns = shape.dim(1);
    this.groupSize = groupSize;
    long bytes = (long) rows * bytesPerRow(columns);
    int expectedScales = groupSize == 0 ? 1 : Math.multiplyExact(rows, Math.ceilDiv(columns, groupSize));
    if (!codes.isNative() || codes.byteSize() != bytes || scales.length != expectedScales) {
      throw new IllegalArgumentException("packed ternary " + shape + ": " + codes.byteSize() + " bytes and " + scales.length
          + " scales; expected " + bytes + " bytes of native memory and " + expectedScales + " scales");
    }
    this.codes = codes;
    this.scales = scales;
  }

  /** Bytes of a row of {@code columns} codes. */
  public static int bytesPerRow(int columns) {
    return (int) DType.TERNARY.bytes(columns);
  }

  /**
   * Packs one byte per code (-1, 0 or 1, row-major) into {@code target}.
   *
   * @throws IllegalArgumentException for any other code
   */
  public static void pack(byte[] unpacked, Shape shape, MemorySegment target) {
    int columns = shape.dim(1);
    int rowBytes = bytesPerRow(columns);
    for (int row = 0; row < shape.dim(0); row++) {
      for (int index = 0; index < rowBytes; index++) {
        int packed = 0;
        for (int slot = 0; slot < 4; slot++) {
          int column = 4 * index + slot;
          int code = column < columns ? unpacked[row * columns + column] : 0;
          if (code < -1 || code > 1) {
            throw new IllegalArgumentException("pack: code " + code + " at [" + row + ", " + column + "]; expected -1, 0 or 1");
          }
          packed |= code + 1 << 2 * slot;
        }
        target.set(ValueLayout.JAVA_BYTE, (long) row * rowBytes + index, (byte) packed);
      }
    }
  }

  /** The codes as one byte each, row-major. */
  public byte[] unpack() {
    byte[] unpacked = new byte[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        unpacked[row * columns + column] = (byte) code(row, column);
      }
    }
    return unpacked;
  }

  /** {@code out[at + c] = code(row, c) scale} for all columns, each scaled by that of its group. */
  public void widen(int row, float[] out, int at) {
    for (int group = 0; group < groupsPerRow(); group++) {
      int from = group * groupSize;
      int to = groupSize == 0 ? columns : Math.min(columns, from + groupSize);
      float scale = scale(row, group);
      for (int column = from; column < to; column++) {
        out[at + column] = code(row, column) * scale;
      }
    }
  }

  /** A copy of some rows, with their scales. */
  public PackedTernary select(int[] ids) {
    int rowBytes = bytesPerRow(columns);
    int rowScales = groupSize == 0 ? 0 : groupsPerRow();
    MemorySegment selected = Arena.ofAuto().allocate((long) ids.length * rowBytes, Long.BYTES);
    float[] selectedScales = groupSize == 0 ? scales.clone() : new float[ids.length * rowScales];
    for (int i = 0; i < ids.length; i++) {
      MemorySegment.copy(codes, (long) ids[i] * rowBytes, selected, (long) i * rowBytes, rowBytes);
      System.arraycopy(scales, ids[i] * rowScales, selectedScales, i * rowScales, rowScales);
    }
    return new PackedTernary(Shape.of(ids.length, columns), groupSize, selected, selectedScales);
  }

  /** The code at a row and column. */
  public int code(int row, int column) {
    byte packed = codes.get(ValueLayout.JAVA_BYTE, (long) row * bytesPerRow(columns) + column / 4);
    return (packed >> 2 * (column % 4) & 3) - 1;
  }

  /** The scale of a row's group; {@code group} is 0 with one scale per tensor. */
  public float scale(int row, int group) {
    return groupSize == 0 ? scales[0] : scales[row * groupsPerRow() + group];
  }

  /** Scales of a row: 1, or {@code ceil(in / groupSize)}. */
  public int groupsPerRow() {
    return groupSize == 0 ? 1 : Math.ceilDiv(columns, groupSize);
  }

  /** Output rows. */
  public int rows() {
    return rows;
  }

  /** Input columns. */
  public int columns() {
    return columns;
  }

  /** Columns of a group, or 0 for one scale per tensor. */
  public int groupSize() {
    return groupSize;
  }

  /** The packed bytes. */
  public MemorySegment codes() {
    return codes;
  }

  /** The scales, row-major. */
  public float[] scales() {
    return scales;
  }

  /** Bytes of codes and scales. */
  public long byteSize() {
    return codes.byteSize() + 4L * scales.length;
  }
}
