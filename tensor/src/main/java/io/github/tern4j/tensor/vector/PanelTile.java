package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * {@link MatmulTile} for large products: the right factor lies in native memory, in panels of one size, whose vectors begin at
 * cache lines. A heap array mostly begins in the middle of one, so that each of its vectors lies in two; from the second-level cache the
 * tile then runs at 0.95 of its rate (1.00 with native memory; Intel Xeon, Emerald Rapids).
 *
 * <p>A panel is two streams: the first vectors of all its rows, then the second ones. Prefetching starts anew in each page of
 * memory, and two streams are two pages at a time: from the third-level cache the tile runs at 0.73 of its rate instead of 0.61.
 * Strides are constants, since the loop has no register left to keep one.
 *
 * <p>Vectors are loaded a row ahead: while a neighbour has half of the core, whole products are 1.03 to 1.05 times as fast
 * (1.02 on a quiet one). Broadcasts ahead would help too, but C2 then keeps sums in memory.
 */
final class PanelTile {

  /** Bytes of a vector. */
  static final long LINE = (long) LANES * Float.BYTES;

  /** Bytes from the first vector of a row of a panel to the second one. */
  static final long HALF = MatmulKernel.K_BLOCK * LINE;

  /** Bytes of a panel, of {@link MatmulKernel#K_BLOCK} rows at most. */
  static final long BYTES = 2 * HALF;

  /** What the tile reads behind the last panel. */
  private static final long AHEAD = LINE;

  /** Distance of two packed groups of rows of the left factor. */
  static final int GROUP_STRIDE = MatmulTile.groupStride(MatmulKernel.K_BLOCK);

  private static final int GROUP = MatmulTile.GROUP;
  private static final int SECOND = GROUP_STRIDE;
  private static final int THIRD = 2 * GROUP_STRIDE;

  private PanelTile() {}

  /** Bytes of memory for so many panels. */
  static long memory(int panels) {
    return panels * BYTES + AHEAD;
  }

  /** Elements of so many packed rows of the left factor, up to the end of the last tile. */
  static int packedLength(int rows) {
    return MatmulTile.paddedRows(rows) / GROUP * GROUP_STRIDE;
  }

  /**
   * Computes block sums {@code s_rj = sum_k a_rk b_kj} of the first {@link MatmulTile#height} of {@code rows} rows, and stores
   * them, or what lies there plus them, at {@code sums[sumsAt + r * sumsStride + j]}.
   *
   * @param a packed groups of rows, {@link #GROUP_STRIDE} apart
   * @param panels memory of panels, one of them at byte {@code panelAt}
   */
  static void multiply(int rows, float[] a, int aAt, MemorySegment panels, long panelAt, int depth, float[] sums, int sumsAt,
      int sumsStride, boolean add) {
    if (MatmulTile.height(rows) == 12) {
      multiply12(a, aAt, panels, panelAt, depth, sums, sumsAt, sumsStride, add);
    } else {
      multiply4(a, aAt, panels, panelAt, depth, sums, sumsAt, sumsStride, add);
    }
  }

  /** Three groups of rows at once. */
  private static void multiply12(float[] a, int aAt, MemorySegment b, long bAt, int depth, float[] sums, int sumsAt,
      int sumsStride, boolean add) {
    FloatVector low0 = FloatVector.zero(FLOATS);
    FloatVector high0 = FloatVector.zero(FLOATS);
    FloatVector low1 = FloatVector.zero(FLOATS);
    FloatVector high1 = FloatVector.zero(FLOATS);
    FloatVector low2 = FloatVector.zero(FLOATS);
    FloatVector high2 = FloatVector.zero(FLOATS);
    FloatVector low3 = FloatVector.zero(FLOATS);
    FloatVector high3 = FloatVector.zero(FLOATS);
    FloatVector low4 = FloatVector.zero(FLOATS);
    FloatVector high4 = FloatVector.zero(FLOATS);
    FloatVector low5 = FloatVector.zero(FLOATS);
    FloatVector high5 = FloatVector.zero(FLOATS);
    FloatVector low6 = FloatVector.zero(FLOATS);
    FloatVector high6 = FloatVector.zero(FLOATS);
    FloatVector low7 = FloatVector.zero(FLOATS);
    FloatVector high7 = FloatVector.zero(FLOATS);
    FloatVector low8 = FloatVector.zero(FLOATS);
    FloatVector high8 = FloatVector.zero(FLOATS);
    FloatVector low9 = FloatVector.zero(FLOATS);
    FloatVector high9 = FloatVector.zero(FLOATS);
    FloatVector low10 = FloatVector.zero(FLOATS);
    FloatVector high10 = FloatVector.zero(FLOATS);
    FloatVector low11 = FloatVector.zero(FLOATS);
    FloatVector high11 = FloatVector.zero(FLOATS);
    FloatVector low = FloatVector.fromMemorySegment(FLOATS, b, bAt, ByteOrder.LITTLE_ENDIAN);
    FloatVector high = FloatVector.fromMemorySegment(FLOATS, b, bAt + HALF, ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < depth; k++) {
      FloatVector nextLow = FloatVector.fromMemorySegment(FLOATS, b, bAt + LINE + k * LINE, ByteOrder.LITTLE_ENDIAN);
      FloatVector nextHigh = FloatVector.fromMemorySegment(FLOATS, b, bAt + HALF + LINE + k * LINE, ByteOrder.LITTLE_ENDIAN);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k]);
      low0 = a0.fma(low, low0);
      high0 = a0.fma(high, high0);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 1]);
      low1 = a1.fma(low, low1);
      high1 = a1.fma(high, high1);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 2]);
      low2 = a2.fma(low, low2);
      high2 = a2.fma(high, high2);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 3]);
      low3 = a3.fma(low, low3);
      high3 = a3.fma(high, high3);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + SECOND]);
      low4 = a4.fma(low, low4);
      high4 = a4.fma(high, high4);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + SECOND + 1]);
      low5 = a5.fma(low, low5);
      high5 = a5.fma(high, high5);
      FloatVector a6 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + SECOND + 2]);
      low6 = a6.fma(low, low6);
      high6 = a6.fma(high, high6);
      FloatVector a7 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + SECOND + 3]);
      low7 = a7.fma(low, low7);
      high7 = a7.fma(high, high7);
      FloatVector a8 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + THIRD]);
      low8 = a8.fma(low, low8);
      high8 = a8.fma(high, high8);
      FloatVector a9 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + THIRD + 1]);
      low9 = a9.fma(low, low9);
      high9 = a9.fma(high, high9);
      FloatVector a10 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + THIRD + 2]);
      low10 = a10.fma(low, low10);
      high10 = a10.fma(high, high10);
      FloatVector a11 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + THIRD + 3]);
      low11 = a11.fma(low, low11);
      high11 = a11.fma(high, high11);
      low = nextLow;
      high = nextHigh;
    }
    if (add) {
      low0 = low0.add(FloatVector.fromArray(FLOATS, sums, sumsAt));
      high0 = high0.add(FloatVector.fromArray(FLOATS, sums, sumsAt + LANES));
      low1 = low1.add(FloatVector.fromArray(FLOATS, sums, sumsAt + sumsStride));
      high1 = high1.add(FloatVector.fromArray(FLOATS, sums, sumsAt + sumsStride + LANES));
      low2 = low2.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 2 * sumsStride));
      high2 = high2.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 2 * sumsStride + LANES));
      low3 = low3.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 3 * sumsStride));
      high3 = high3.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 3 * sumsStride + LANES));
      low4 = low4.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 4 * sumsStride));
      high4 = high4.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 4 * sumsStride + LANES));
      low5 = low5.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 5 * sumsStride));
      high5 = high5.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 5 * sumsStride + LANES));
      low6 = low6.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 6 * sumsStride));
      high6 = high6.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 6 * sumsStride + LANES));
      low7 = low7.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 7 * sumsStride));
      high7 = high7.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 7 * sumsStride + LANES));
      low8 = low8.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 8 * sumsStride));
      high8 = high8.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 8 * sumsStride + LANES));
      low9 = low9.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 9 * sumsStride));
      high9 = high9.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 9 * sumsStride + LANES));
      low10 = low10.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 10 * sumsStride));
      high10 = high10.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 10 * sumsStride + LANES));
      low11 = low11.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 11 * sumsStride));
      high11 = high11.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 11 * sumsStride + LANES));
    }
    low0.intoArray(sums, sumsAt);
    high0.intoArray(sums, sumsAt + LANES);
    low1.intoArray(sums, sumsAt + sumsStride);
    high1.intoArray(sums, sumsAt + sumsStride + LANES);
    low2.intoArray(sums, sumsAt + 2 * sumsStride);
    high2.intoArray(sums, sumsAt + 2 * sumsStride + LANES);
    low3.intoArray(sums, sumsAt + 3 * sumsStride);
    high3.intoArray(sums, sumsAt + 3 * sumsStride + LANES);
    low4.intoArray(sums, sumsAt + 4 * sumsStride);
    high4.intoArray(sums, sumsAt + 4 * sumsStride + LANES);
    low5.intoArray(sums, sumsAt + 5 * sumsStride);
    high5.intoArray(sums, sumsAt + 5 * sumsStride + LANES);
    low6.intoArray(sums, sumsAt + 6 * sumsStride);
    high6.intoArray(sums, sumsAt + 6 * sumsStride + LANES);
    low7.intoArray(sums, sumsAt + 7 * sumsStride);
    high7.intoArray(sums, sumsAt + 7 * sumsStride + LANES);
    low8.intoArray(sums, sumsAt + 8 * sumsStride);
    high8.intoArray(sums, sumsAt + 8 * sumsStride + LANES);
    low9.intoArray(sums, sumsAt + 9 * sumsStride);
    high9.intoArray(sums, sumsAt + 9 * sumsStride + LANES);
    low10.intoArray(sums, sumsAt + 10 * sumsStride);
    high10.intoArray(sums, sumsAt + 10 * sumsStride + LANES);
    low11.intoArray(sums, sumsAt + 11 * sumsStride);
    high11.intoArray(sums, sumsAt + 11 * sumsStride + LANES);
  }

  /** One group of rows. */
  private static void multiply4(float[] a, int aAt, MemorySegment b, long bAt, int depth, float[] sums, int sumsAt,
      int sumsStride, boolean add) {
    FloatVector low0 = FloatVector.zero(FLOATS);
    FloatVector high0 = FloatVector.zero(FLOATS);
    FloatVector low1 = FloatVector.zero(FLOATS);
    FloatVector high1 = FloatVector.zero(FLOATS);
    FloatVector low2 = FloatVector.zero(FLOATS);
    FloatVector high2 = FloatVector.zero(FLOATS);
    FloatVector low3 = FloatVector.zero(FLOATS);
    FloatVector high3 = FloatVector.zero(FLOATS);
    FloatVector low = FloatVector.fromMemorySegment(FLOATS, b, bAt, ByteOrder.LITTLE_ENDIAN);
    FloatVector high = FloatVector.fromMemorySegment(FLOATS, b, bAt + HALF, ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < depth; k++) {
      FloatVector nextLow = FloatVector.fromMemorySegment(FLOATS, b, bAt + LINE + k * LINE, ByteOrder.LITTLE_ENDIAN);
      FloatVector nextHigh = FloatVector.fromMemorySegment(FLOATS, b, bAt + HALF + LINE + k * LINE, ByteOrder.LITTLE_ENDIAN);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k]);
      low0 = a0.fma(low, low0);
      high0 = a0.fma(high, high0);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 1]);
      low1 = a1.fma(low, low1);
      high1 = a1.fma(high, high1);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 2]);
      low2 = a2.fma(low, low2);
      high2 = a2.fma(high, high2);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + GROUP * k + 3]);
      low3 = a3.fma(low, low3);
      high3 = a3.fma(high, high3);
      low = nextLow;
      high = nextHigh;
    }
    if (add) {
      low0 = low0.add(FloatVector.fromArray(FLOATS, sums, sumsAt));
      high0 = high0.add(FloatVector.fromArray(FLOATS, sums, sumsAt + LANES));
      low1 = low1.add(FloatVector.fromArray(FLOATS, sums, sumsAt + sumsStride));
      high1 = high1.add(FloatVector.fromArray(FLOATS, sums, sumsAt + sumsStride + LANES));
      low2 = low2.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 2 * sumsStride));
      high2 = high2.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 2 * sumsStride + LANES));
      low3 = low3.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 3 * sumsStride));
      high3 = high3.add(FloatVector.fromArray(FLOATS, sums, sumsAt + 3 * sumsStride + LANES));
    }
    low0.intoArray(sums, sumsAt);
    high0.intoArray(sums, sumsAt + LANES);
    low1.intoArray(sums, sumsAt + sumsStride);
    high1.intoArray(sums, sumsAt + sumsStride + LANES);
    low2.intoArray(sums, sumsAt + 2 * sumsStride);
    high2.intoArray(sums, sumsAt + 2 * sumsStride + LANES);
    low3.intoArray(sums, sumsAt + 3 * sumsStride);
    high3.intoArray(sums, sumsAt + 3 * sumsStride + LANES);
  }
}
