package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.HALF_SHORTS;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link MatmulPacking} for a right factor in BF16: elements are widened to F32, which is exact, on their way into the panel.
 * Panels and hence products have the bits of those of the same values in F32.
 */
final class Bf16Packing {

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The rows of a group while they are interleaved: they stay in the first-level cache. */
  private static final Scratch ROWS = new Scratch();

  private Bf16Packing() {}

  /** One panel of b that is stored {@code [k, n]}; see {@link MatmulPacking#packPanel}. */
  static void packPanel(MemorySegment x, int at, int stride, int columns, int depth, float[] packed, int panel) {
    int present = Math.min(columns, MatmulTile.COLUMNS);
    for (int k = 0; k < depth; k++) {
      int to = panel + k * MatmulTile.COLUMNS;
      widen(x, at + k * stride, present, packed, to);
      Arrays.fill(packed, to + present, to + MatmulTile.COLUMNS, 0);
    }
  }

  /** One panel of b that is stored {@code [n, k]}; see {@link MatmulPacking#packTransposedPanel}. */
  static void packTransposedPanel(MemorySegment x, int at, int stride, int columns, int depth, float[] packed, int panel) {
    float[] rows = ROWS.atLeast(MatmulTile.GROUP * depth);
    for (int column = 0; column < MatmulTile.COLUMNS; column += MatmulTile.GROUP) {
      int present = Math.clamp(columns - column, 0, MatmulTile.GROUP);
      for (int row = 0; row < present; row++) {
        widen(x, at + (column + row) * stride, depth, rows, row * depth);
      }
      MatmulPacking.interleave(rows, 0, depth, present, depth, packed, panel + column, MatmulTile.COLUMNS);
    }
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
