package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Copies blocks of the right factor into neighbouring panels of {@link PanelTile}, {@link MatmulTile#COLUMNS} columns each;
 * those that the last one lacks become zeros.
 *
 * <p>Loops store into slices of their own: of a segment that is passed in, the JIT looks at class, scope and length anew for each
 * store.
 */
final class PanelPacking {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Panels that are packed row by row: a run of memory that prefetching follows, where a panel alone takes two lines of each
   * row. For fewer, the run is too short to pay for the shorter loop.
   */
  private static final int RUN_PANELS = 8;

  /** Rows of a panel that are transposed at once. */
  private static final int ROWS = 64;

  /** Elements of a group of columns of so many rows. */
  private static final int GROUP_LENGTH = GROUP * ROWS;

  /** The columns of a vector, interleaved by groups, or rows that lack columns: they stay in the first-level cache. */
  private static final Scratch SCRATCH = new Scratch();

  private PanelPacking() {}

  /** Panels of b that is stored {@code [k, n]}: {@code x[at + k * stride + j]}, j below {@code columns}. */
  static void pack(float[] x, int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
    int whole = columns / COLUMNS;
    int rest = columns - whole * COLUMNS;
    if (whole >= RUN_PANELS) {
      copyRows(x, at, stride, whole, depth, panels, panelAt);
    } else {
      for (int panel = 0; panel < whole; panel++) {
        copy(x, at + panel * COLUMNS, stride, depth, panels, panelAt + panel * PanelTile.BYTES);
      }
    }
    if (rest > 0) {
      float[] rows = SCRATCH.atLeast(COLUMNS * depth);
      for (int k = 0; k < depth; k++) {
        System.arraycopy(x, at + k * stride + whole * COLUMNS, rows, k * COLUMNS, rest);
        Arrays.fill(rows, k * COLUMNS + rest, (k + 1) * COLUMNS, 0);
      }
      copy(rows, 0, COLUMNS, depth, panels, panelAt + whole * PanelTile.BYTES);
    }
  }

  /** Whole panels, row by row. */
  private static void copyRows(float[] x, int at, int stride, int count, int depth, MemorySegment panels, long panelAt) {
    MemorySegment own = panels.asSlice(panelAt, (count - 1) * PanelTile.BYTES + PanelTile.HALF + depth * PanelTile.LINE);
    for (int k = 0; k < depth; k++) {
      int from = at + k * stride;
      long to = k * PanelTile.LINE;
      for (int panel = 0; panel < count; panel++) {
        FloatVector.fromArray(FLOATS, x, from).intoMemorySegment(own, to, ByteOrder.LITTLE_ENDIAN);
        FloatVector.fromArray(FLOATS, x, from + LANES).intoMemorySegment(own, to + PanelTile.HALF, ByteOrder.LITTLE_ENDIAN);
        from += COLUMNS;
        to += PanelTile.BYTES;
      }
    }
  }

  /** A whole panel. */
  private static void copy(float[] x, int at, int stride, int depth, MemorySegment panels, long panelAt) {
    MemorySegment own = panels.asSlice(panelAt, PanelTile.HALF + depth * PanelTile.LINE);
    for (int k = 0; k < depth; k++) {
      int from = at + k * stride;
      long to = k * PanelTile.LINE;
      FloatVector.fromArray(FLOATS, x, from).intoMemorySegment(own, to, ByteOrder.LITTLE_ENDIAN);
      FloatVector.fromArray(FLOATS, x, from + LANES).intoMemorySegment(own, to + PanelTile.HALF, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Panels of b that is stored {@code [n, k]}: {@code x[at + j * stride + k]}, j below {@code columns}. */
  static void packTransposed(float[] x, int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
    for (int column = 0; column < columns; column += COLUMNS) {
      packTransposedPanel(x, at + column * stride, stride, Math.min(COLUMNS, columns - column), depth, panels,
          panelAt + column / COLUMNS * PanelTile.BYTES);
    }
  }

  private static void packTransposedPanel(
      float[] x, int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
    float[] groups = SCRATCH.atLeast(LANES / GROUP * GROUP_LENGTH);
    for (int k = 0; k < depth; k += ROWS) {
      int rows = Math.min(ROWS, depth - k);
      for (int half = 0; half < 2; half++) {
        for (int column = 0; column < LANES; column += GROUP) {
          int first = half * LANES + column;
          int present = Math.clamp(columns - first, 0, GROUP);
          int from = at + first * stride + k;
          MatmulPacking.interleave(x, from, stride, present, rows, groups, column / GROUP * GROUP_LENGTH, GROUP);
        }
        join(groups, rows, panels, panelAt + half * PanelTile.HALF + k * PanelTile.LINE);
      }
    }
  }

  /** The groups of a row side by side. */
  private static void join(float[] groups, int depth, MemorySegment panels, long to) {
    switch (LANES) {
      case 16 -> joinFours(groups, depth, panels, to);
      case 8 -> joinTwos(groups, depth, panels, to);
      case 4 -> MemorySegment.copy(groups, 0, panels, FLOAT, to, GROUP * depth);
      default -> throw new IllegalStateException("vectors of " + LANES + " lanes");
    }
  }

  /** Up to three rows behind the last one are unspecified. */
  private static void joinFours(float[] groups, int depth, MemorySegment panels, long to) {
    MemorySegment own = panels.asSlice(to, Math.ceilDiv(depth, 4) * 4 * PanelTile.LINE);
    for (int k = 0; k < depth; k += 4) {
      int at = GROUP * k;
      IntVector group0 = FloatVector.fromArray(FLOATS, groups, at).reinterpretAsInts();
      IntVector group1 = FloatVector.fromArray(FLOATS, groups, at + GROUP_LENGTH).reinterpretAsInts();
      IntVector group2 = FloatVector.fromArray(FLOATS, groups, at + 2 * GROUP_LENGTH).reinterpretAsInts();
      IntVector group3 = FloatVector.fromArray(FLOATS, groups, at + 3 * GROUP_LENGTH).reinterpretAsInts();
      IntVector first01 = Interleaving.FIRST_FOURS.selectFrom(group0, group1);
      IntVector last01 = Interleaving.LAST_FOURS.selectFrom(group0, group1);
      IntVector first23 = Interleaving.FIRST_FOURS.selectFrom(group2, group3);
      IntVector last23 = Interleaving.LAST_FOURS.selectFrom(group2, group3);
      long row = k * PanelTile.LINE;
      Interleaving.FIRST_HALVES.selectFrom(first01, first23).intoMemorySegment(own, row, ByteOrder.LITTLE_ENDIAN);
      Interleaving.LAST_HALVES.selectFrom(first01, first23)
          .intoMemorySegment(own, row + PanelTile.LINE, ByteOrder.LITTLE_ENDIAN);
      Interleaving.FIRST_HALVES.selectFrom(last01, last23)
          .intoMemorySegment(own, row + 2 * PanelTile.LINE, ByteOrder.LITTLE_ENDIAN);
      Interleaving.LAST_HALVES.selectFrom(last01, last23)
          .intoMemorySegment(own, row + 3 * PanelTile.LINE, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** One row behind the last one may be unspecified. */
  private static void joinTwos(float[] groups, int depth, MemorySegment panels, long to) {
    MemorySegment own = panels.asSlice(to, Math.ceilDiv(depth, 2) * 2 * PanelTile.LINE);
    for (int k = 0; k < depth; k += 2) {
      int at = GROUP * k;
      IntVector group0 = FloatVector.fromArray(FLOATS, groups, at).reinterpretAsInts();
      IntVector group1 = FloatVector.fromArray(FLOATS, groups, at + GROUP_LENGTH).reinterpretAsInts();
      long row = k * PanelTile.LINE;
      Interleaving.FIRST_FOURS.selectFrom(group0, group1).intoMemorySegment(own, row, ByteOrder.LITTLE_ENDIAN);
      Interleaving.LAST_FOURS.selectFrom(group0, group1)
          .intoMemorySegment(own, row + PanelTile.LINE, ByteOrder.LITTLE_ENDIAN);
    }
  }
}
