package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;

import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Packs latent weights as {@link TernaryWords}, row by row: comparisons with the threshold give one bit a column for code 1 and
 * one for code -1, and a word is looked up by nine bits of each.
 */
final class LatentPacking {

  /** Words whose columns are compared at a time: 27 columns, in whole vectors. */
  private static final int BLOCK_WORDS = 3;

  private static final int BLOCK_COLUMNS = BLOCK_WORDS * WORD_COLUMNS;
  private static final int LOADED_COLUMNS = Integer.SIZE;
  private static final int SEGMENT_BLOCKS = (SEGMENT_WORDS + BLOCK_WORDS - 1) / BLOCK_WORDS;
  private static final int WORD_MASK = (1 << WORD_COLUMNS) - 1;

  /** What code 1 in these columns adds to a word, and code -1 takes away. */
  private static final short[] DIFFERENCES = differences();

  /** For each thread: what columns of the blocks of a segment have code 1, and what columns have code -1. */
  private static final ThreadLocal<int[][]> SIGNS = ThreadLocal.withInitial(() -> new int[2][SEGMENT_BLOCKS]);

  private LatentPacking() {}

  private static short[] differences() {
    short[] differences = new short[1 << WORD_COLUMNS];
    for (int columns = 0; columns < differences.length; columns++) {
      for (int column = 0; column < WORD_COLUMNS; column++) {
        differences[columns] += (short) ((columns >> column & 1) * TernaryWords.place(column));
      }
    }
    return differences;
  }

  /** Packs the rows of a panel. */
  static void pack(LatentTernary weight, TernaryWords words, int panel) {
    TernaryLayout layout = words.layout();
    int[][] signs = SIGNS.get();
    int[] plus = signs[0];
    int[] minus = signs[1];
    for (int i = 0; i < layout.segments().size(); i++) {
      Segment segment = layout.segments().get(i);
      int column = layout.column(segment.group(), segment.first());
      int columns = Math.min(segment.words() * WORD_COLUMNS, layout.end(segment.group()) - column);
      long at = layout.offset(panel, segment);
      boolean scales = segment.endsGroup() && layout.scaleBytes() > 0;
      for (int lane = 0; lane < PANEL_ROWS; lane++) {
        int row = TernaryLayout.row(panel, lane);
        boolean present = row < layout.rows();
        if (present) {
          int from = weight.weight().arrayOffset() + row * layout.columns() + column;
          signs(weight.weight().array(), from, columns, weight.threshold(row, segment.group()), plus, minus);
        } else {
          Arrays.fill(plus, 0);
          Arrays.fill(minus, 0);
        }
        put(plus, minus, segment.words(), words.segment(), at + (long) lane * Short.BYTES);
        if (scales) {
          words.putScale(at + segment.wordBytes(), lane, present ? weight.scale(row, segment.group()) : 0);
        }
      }
    }
  }

  /** For each block of columns the bits of those with code 1 and with code -1; bits beyond a whole block are unspecified. */
  private static void signs(float[] weight, int at, int columns, float threshold, int[] plus, int[] minus) {
    int blocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
    int loadable = Math.min(blocks, Math.floorDiv(weight.length - at - LOADED_COLUMNS, BLOCK_COLUMNS) + 1);
    compare(weight, at, loadable, threshold, plus, minus);
    for (int block = Math.max(0, loadable); block < blocks; block++) {
      plus[block] = 0;
      minus[block] = 0;
      int from = at + block * BLOCK_COLUMNS;
      for (int i = 0; i < BLOCK_COLUMNS && from + i < at + columns; i++) {
        plus[block] |= weight[from + i] >= threshold ? 1 << i : 0;
        minus[block] |= weight[from + i] <= -threshold ? 1 << i : 0;
      }
    }
    int mask = -1 >>> Integer.SIZE - (columns - (blocks - 1) * BLOCK_COLUMNS);
    plus[blocks - 1] &= mask;
    minus[blocks - 1] &= mask;
  }

  private static void compare(float[] weight, int at, int blocks, float threshold, int[] plus, int[] minus) {
    FloatVector smallest = FloatVector.broadcast(FLOATS, threshold);
    FloatVector largest = smallest.neg();
    for (int block = 0; block < blocks; block++) {
      long ones = 0;
      long minusOnes = 0;
      for (int i = 0; i < LOADED_COLUMNS; i += FLOATS.length()) {
        FloatVector values = FloatVector.fromArray(FLOATS, weight, at + block * BLOCK_COLUMNS + i);
        ones |= values.compare(VectorOperators.GE, smallest).toLong() << i;
        minusOnes |= values.compare(VectorOperators.LE, largest).toLong() << i;
      }
      plus[block] = (int) ones;
      minus[block] = (int) minusOnes;
    }
  }

  private static void put(int[] plus, int[] minus, int words, MemorySegment memory, long at) {
    for (int word = 0; word < words; word++) {
      int shift = word % BLOCK_WORDS * WORD_COLUMNS;
      int ones = plus[word / BLOCK_WORDS] >>> shift & WORD_MASK;
      int minusOnes = minus[word / BLOCK_WORDS] >>> shift & WORD_MASK;
      short value = (short) (TernaryWords.ZERO_WORD + DIFFERENCES[ones] - DIFFERENCES[minusOnes]);
      memory.set(TernaryWords.WORD, at + (long) word * WORD_BYTES, value);
    }
  }
}
