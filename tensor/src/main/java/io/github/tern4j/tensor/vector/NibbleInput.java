package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.dense.NibblePlane.BLOCK_COLUMNS;
import static io.github.tern4j.tensor.dense.NibblePlane.GROUP_COLUMNS;
import static io.github.tern4j.tensor.vector.NibbleDot.BLOCK_SHORTS;
import static io.github.tern4j.tensor.vector.NibbleDot.PLANE;
import static io.github.tern4j.tensor.vector.NibbleDot.PLANES;

import io.github.tern4j.tensor.dense.NibblePlane;
import java.util.Arrays;

/** Rounded activations in the order in which {@link NibbleDot} reads them. */
final class NibbleInput {

  /** Columns of a short of weights. */
  private static final int SHORT_COLUMNS = 4;

  private NibbleInput() {}

  /** Shorts of a row of x. */
  static int length(int columns) {
    return Math.ceilDiv(columns, BLOCK_COLUMNS) * BLOCK_SHORTS;
  }

  /**
   * Column {@code 32 l + 8 k + 4 h + s} of a block to short {@code 2 l + h} of its plane {@code 4 k + s}; behind the planes for
   * each short -8 times the sum over its columns.
   */
  static void arrange(short[] codes, int columns, short[] arranged, int to) {
    Arrays.fill(arranged, to, to + length(columns), (short) 0);
    for (int column = 0; column < columns; column++) {
      int inGroup = column % GROUP_COLUMNS;
      int shortOfPlane = column % BLOCK_COLUMNS / GROUP_COLUMNS * 2 + inGroup / SHORT_COLUMNS % 2;
      int plane = inGroup / (2 * SHORT_COLUMNS) * SHORT_COLUMNS + inGroup % SHORT_COLUMNS;
      int at = to + column / BLOCK_COLUMNS * BLOCK_SHORTS + shortOfPlane;
      arranged[at + plane * PLANE] = codes[column];
      arranged[at + PLANES * PLANE] -= (short) (NibblePlane.ZERO * codes[column]);
    }
  }
}
