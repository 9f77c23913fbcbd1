package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.VectorWidth.HALF_SHORTS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link PanelPacking} for a right factor in BF16: elements are widened to F32, which is exact, on their way into the panel.
 * Panels and hence products have the bits of those of the same values in F32.
 */
final class Bf16Packing {

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Rows that are widened at a time. */
  private static final int ROWS = 16;

  /** What is packed next, widened: at most 32 KiB, which stay in the second-level cache. */
  private static final Scratch WIDENED = new Scratch();

  private Bf16Packing() {}

  /** Panels of b that is stored {@code [k, n]}; see {@link PanelPacking#pack}. */
  static void pack(MemorySegment x, int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
    for (int k = 0; k < depth; k += ROWS) {
      int rows = Math.min(ROWS, depth - k);
      float[] widened = widenRows(x, at + k * stride, stride, rows, columns);
      PanelPacking.pack(widened, 0, columns, columns, rows, panels, panelAt + k * PanelTile.LINE);
    }
  }

  /** Panels of b that is stored {@code [n, k]}; see {@link PanelPacking#packTransposed}. */
  static void packTransposed(MemorySegment x, int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
    for (int column = 0; column < columns; column += COLUMNS) {
      int width = Math.min(COLUMNS, columns - column);
      float[] widened = widenRows(x, at + column * stride, stride, width, depth);
      PanelPacking.packTransposed(widened, 0, depth, width, depth, panels, panelAt + column / COLUMNS * PanelTile.BYTES);
    }
  }

  private static float[] widenRows(MemorySegment x, int at, int stride, int rows, int columns) {
    float[] widened = WIDENED.atLeast(rows * columns);
    for (int row = 0; row < rows; row++) {
      widen(x, at + row * stride, columns, widened, row * columns);
    }
    return widened;
  }

  /** {@code out[to + i] = x[at + i]} for i below {@code length}. */
  static void widen(MemorySegment x, int at, int length, float[] out, int to) {
    int whole = length / LANES * LANES;
    widenWhole(x, (long) at * Short.BYTES, whole, out, to);
    for (int i = whole; i < length; i++) {
      out[to + i] = Float.intBitsToFloat(x.get(SHORT, ((long) at + i) * Short.BYTES) << Short.SIZE);
    }
  }

  private static void widenWhole(MemorySegment x, long byteAt, int length, float[] out, int to) {
    for (int i = 0; i < length; i += LANES) {
      ShortVector.fromMemorySegment(HALF_SHORTS, x, byteAt + (long) i * Short.BYTES, ByteOrder.LITTLE_ENDIAN)
          .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
          .reinterpretAsInts()
          .lanewise(VectorOperators.LSHL, Short.SIZE)
          .reinterpretAsFloats()
          .intoArray(out, to + i);
    }
  }
}
